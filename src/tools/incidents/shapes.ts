/** What tools about Incidents are given and answer, in the words of the API. Every field says what it is, as models read it. */
import { z } from 'zod';
import type { ObjectRef } from '../../crds/common.ts';
import { SEVERITIES } from '../../crds/incident.ts';
import { oneLine } from '../../text/plain.ts';

/** As in `Deployment/shop/checkout`; cluster-scoped objects have no namespace. */
export const objectText = ({ kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string =>
  [kind, namespace, name].filter((part) => part !== undefined && part !== '').join('/');

export const nameInput = (kind: string, tool: string) =>
  z.string().trim().min(1).max(253).describe(`Name of the ${kind}, as ${tool} gives it.`);

export const namespaceInput = (what: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(63)
    .optional()
    .describe(`Namespace that the ${what} object itself is in. Leave it out: names are unique nearly always.`);

export const selectionInput = {
  namespace: z
    .string()
    .trim()
    .min(1)
    .max(63)
    .optional()
    .describe('Only what is about this namespace: that of an affected object, or of the object itself.'),
  service: z.string().trim().min(1).max(253).optional().describe('Only what is about the workload or Service of this name.'),
  since: z
    .string()
    .trim()
    .max(40)
    .optional()
    .describe('Only what began after this: a length of time such as 30m, 24h or 7d, or a date or time (RFC 3339).'),
  limit: z.int().min(1).max(100).default(20).describe('At most so many.'),
  offset: z.int().min(0).max(100_000).default(0).describe('Leaves out the first so many: nextOffset of the page before.'),
};

export const severity = z.enum(SEVERITIES);
export const waitingOn = z
  .object({
    who: z.string().describe('AgentSRE, Person, GitHost, Engine, Verification or Nobody.'),
    detail: z.string().optional().describe('What they have to do.'),
  })
  .describe('Who has to act next.');
export const paging = {
  total: z.int().describe('How many there are with this selection.'),
  nextOffset: z.int().optional().describe('Where the next page begins; absent on the last.'),
};
export const when = (what: string) => z.string().optional().describe(`${what}, RFC 3339.`);
export const objectNames = z.array(z.string()).describe('As in Deployment/shop/checkout.');

/** Without what is not there. */
export function defined<T extends Readonly<Record<string, unknown>>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** A field of strangers' words on one line, if it is there. */
export function lineOf<K extends string>(field: K, text: string | undefined): { [F in K]?: string } {
  return (text === undefined ? {} : { [field]: oneLine(text) }) as { [F in K]?: string };
}
