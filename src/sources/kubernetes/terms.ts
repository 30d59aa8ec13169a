/** What many parts of a snapshot are said in. */

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly since?: number | undefined;
  /** When it was last confirmed, where the controller says so. */
  readonly updatedAt?: number | undefined;
}

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface Selector {
  readonly labels: Readonly<Record<string, string>>;
  readonly expressions: readonly Requirement[];
}
