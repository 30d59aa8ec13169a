/** What an investigation comes to: the fields of the status that its controller writes. */
import type { InvestigationStatus } from '../crds/investigation.ts';

type Found = 'outcome' | 'evidence' | 'findings' | 'changes' | 'hypotheses' | 'report' | 'gaps' | 'affected' | 'usage';

export type InvestigationResult = { readonly [K in Found]-?: NonNullable<InvestigationStatus[K]> } & Pick<
  InvestigationStatus,
  'rootCause' | 'aftermath'
>;
