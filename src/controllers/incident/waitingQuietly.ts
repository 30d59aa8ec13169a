/** Adds to what an Incident waits for that it does so in silence: whoever is waited for was not told. The steps neither see nor write that. */
import type { IncidentStatus } from '../../crds/incident.ts';
import type { Quiet } from '../../domain/quiet.ts';
import { bounded } from '../steps.ts';

type WaitingOn = NonNullable<IncidentStatus['waitingOn']>;

const BEGIN = ' (silenced until ';
const MOST_OF_DETAIL = 440;

export function withQuiet(waitingOn: WaitingOn, quiet: Quiet | undefined): WaitingOn {
  if (waitingOn.who === 'Nobody' || quiet?.reason !== 'Silenced') return waitingOn;
  return { ...waitingOn, detail: `${bounded(waitingOn.detail ?? '', MOST_OF_DETAIL)}${BEGIN}${quiet.until})`.trimStart() };
}

export function withoutQuiet(waitingOn: WaitingOn): WaitingOn {
  const { detail, ...rest } = waitingOn;
  const at = detail?.lastIndexOf(BEGIN.trimStart()) ?? -1;
  if (detail === undefined || at < 0 || !detail.endsWith(')')) return waitingOn;
  const left = detail.slice(0, at).trimEnd();
  return left === '' ? rest : { ...rest, detail: left };
}
