/** The server's clock, which tests may set. */
export interface Clock {
  now(): Date | number;
}

export const systemClock: Clock = { now: Date.now };

export const milliseconds = (clock: Clock): number => Number(clock.now());

export const unixSeconds = (clock: Clock): number => Math.floor(Number(clock.now()) / 1000);
