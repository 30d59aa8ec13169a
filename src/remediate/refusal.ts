/** A plan that is not carried out: why, in a word that a program can use and a sentence that a person can. */

export type RefusalReason =
  | 'TargetNotFound'
  | 'OutOfScope'
  | 'ProtectedNamespace'
  | 'NoOwner'
  | 'UnsupportedOwner'
  | 'OwnerSuspended'
  | 'OwnerFailing'
  | 'EngineBehind'
  | 'Drifted'
  | 'PathOutsideRepository'
  | 'RepositoryUnusable'
  | 'ParametersInvalid'
  | 'ValueNotFound'
  | 'AlreadyInPlace'
  | 'FieldNotLocated'
  | 'UnsafeChange'
  | 'Conflict'
  | 'NothingChanges'
  | 'UnintendedChanges'
  | 'RenderFailed'
  | 'DryRunDenied'
  | 'StrategyUnsupported';

export interface Refusal {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  readonly message: string;
}

export function refuse(reason: RefusalReason, message: string): Refusal {
  return { kind: 'refusal', reason, message: message.slice(0, 2000) };
}
