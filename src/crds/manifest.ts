/** An object as it is applied: what config/ holds as YAML and tests apply from memory. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

export const partOf = { 'app.kubernetes.io/part-of': 'agent-sre' } as const;
