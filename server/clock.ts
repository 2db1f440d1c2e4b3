/** The time as the server sees it: a test may set it. */
export interface Clock {
  now(): Date | number;
}

export const systemClock: Clock = { now: Date.now };

export const milliseconds = (clock: Clock): number => Number(clock.now());

export const unixSeconds = (clock: Clock): number => Math.floor(Number(clock.now()) / 1000);
