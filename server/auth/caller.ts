/** Who asks: the owner of the token or API key of a request. */
export interface Caller {
  readonly id: number;
  readonly username: string;
  /** See `Role` in the contract. */
  readonly role: number;
  readonly isAdmin: boolean;
  readonly teamIds: readonly number[];
  /** The teams among them that this user leads. */
  readonly teamLeaderOf: readonly number[];
}
