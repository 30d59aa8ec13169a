/**
 * What grouping has decided of each open Incident, for the steps that may only go on after it.
 *
 * A mirror of a pure computation over what the cluster holds: a process that starts anew fills it before it opens anything.
 */

export type Verdict =
  | { readonly kind: 'leader' /** When it has waited long enough for company; milliseconds since the epoch. */; readonly settledAt: number }
  | { readonly kind: 'member'; readonly leader: string; readonly why: string };

export interface Verdicts {
  /** Undefined while it has not been judged. */
  readonly of: (uid: string) => Verdict | undefined;
  readonly replace: (verdicts: ReadonlyMap<string, Verdict>) => void;
}

export function createVerdicts(): Verdicts {
  let present: ReadonlyMap<string, Verdict> = new Map();
  return {
    of: (uid) => present.get(uid),
    replace: (verdicts) => {
      present = verdicts;
    },
  };
}
