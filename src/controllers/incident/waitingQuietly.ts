/** Adds to what an Incident waits for that it does so in silence: whoever is waited for was not told. The steps neither see nor write that. */
import type { IncidentStatus } from '../../crds/incident.ts';
import type { Quiet } from '../../domain/quiet.ts';
import { bounded } from '../steps.ts';

type WaitingOn = NonNullable<IncidentStatus['waitingOn']>;

const WORDS = { Silenced: 'silenced', Maintenance: 'in maintenance' } as const;
const QUIETLY = / ?\((?:silenced|in maintenance)(?: until [^()]{1,40})?\)$/u;
const MOST_OF_DETAIL = 440;

export function withQuiet(waitingOn: WaitingOn, quiet: Quiet | undefined): WaitingOn {
  if (waitingOn.who === 'Nobody' || quiet === undefined || quiet.reason === 'Expected') return waitingOn;
  const quietly = `(${WORDS[quiet.reason]}${quiet.until === undefined ? '' : ` until ${quiet.until.replace(/\.\d{1,9}Z$/u, 'Z')}`})`;
  return { ...waitingOn, detail: `${bounded(waitingOn.detail ?? '', MOST_OF_DETAIL)} ${quietly}`.trimStart() };
}

export function withoutQuiet(waitingOn: WaitingOn): WaitingOn {
  const { detail, ...rest } = waitingOn;
  const left = detail?.replace(QUIETLY, '');
  if (left === detail) return waitingOn;
  return left === '' ? rest : { ...rest, detail: left };
}
