/** What is written of an entry: redacted and bounded here, whoever tells it, in one order of fields. */
import type { NewEntry } from './entry.ts';

const LONGEST_MESSAGE = 1024;
const LONGEST_VALUE = 512;
const MOST_ITEMS = 20;

export function bodyOf(entry: NewEntry, redact: (text: string) => string): NewEntry {
  const { key, event, outcome, who, subject, digest, evidence, policy, approvals, message, detail } = entry;
  const said = (text: string, max: number): string => cut(redact(text), max);
  return {
    key,
    event,
    outcome,
    who: cut(who, LONGEST_VALUE),
    ...(subject === undefined ? {} : { subject }),
    ...(digest === undefined ? {} : { digest }),
    ...(evidence === undefined || evidence.length === 0
      ? {}
      : { evidence: evidence.slice(0, MOST_ITEMS).map((each) => cut(each, LONGEST_VALUE)) }),
    ...(policy === undefined ? {} : { policy: { ...policy, reason: said(policy.reason, LONGEST_VALUE) } }),
    ...(approvals === undefined || approvals.length === 0
      ? {}
      : { approvals: approvals.slice(0, MOST_ITEMS).map((each) => cut(each, LONGEST_VALUE)) }),
    message: said(message, LONGEST_MESSAGE),
    ...(detail === undefined
      ? {}
      : { detail: Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, said(value, LONGEST_VALUE)])) }),
  };
}

/** At a code point: half a pair would not come back from the API server as it went. */
function cut(text: string, max: number): string {
  return (text.length <= max ? text : `${text.slice(0, max - 1)}…`).toWellFormed();
}
