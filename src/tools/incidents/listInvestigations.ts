/** `list_investigations`: questions that were asked of the cluster, and what came of them, the latest first. */
import { z } from 'zod';
import type { Investigation } from '../../crds/kinds.ts';
import { renderStatus } from '../../report/status.ts';
import { age } from '../../text/age.ts';
import { cut } from '../../text/layout.ts';
import { oneLine } from '../../text/plain.ts';
import { answerOf } from '../answer.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import type { Records } from './records.ts';
import { moreLine, pageOf, selects } from './select.ts';
import { objectNames, objectText, paging, selectionInput } from './shapes.ts';

const input = z.object({
  state: z.enum(['running', 'done', 'all']).default('all').describe('running: no answer yet.'),
  purpose: z
    .enum(['Diagnosis', 'Verification'])
    .optional()
    .describe('Diagnosis looks for a cause; Verification looks whether a fix has left anything wrong.'),
  incident: z.string().trim().min(1).max(253).optional().describe('Only those of the Incident of this name.'),
  ...selectionInput,
});
type Input = z.output<typeof input>;

export const investigationRow = z.object({
  namespace: z.string(),
  name: z.string().describe('For get_investigation.'),
  purpose: z.string(),
  phase: z.string().describe('Pending, Gathering, Analysing, Succeeded or Failed.'),
  created: z.string().describe('RFC 3339.'),
  incident: z.string().optional(),
  plan: z.string().optional(),
  question: z.string().optional(),
  objects: objectNames,
  outcome: z.string().optional().describe('RootCauseFound, Unresolved or NothingWrong.'),
  summary: z.string().describe('What came of it, in one line.'),
});

const output = z.object({ ...paging, investigations: z.array(investigationRow) });

export const listInvestigationsTool = (records: Records): Tool =>
  defineTool({
    name: 'list_investigations',
    title: 'List Investigations',
    description:
      'Lists Investigations, the latest first: what each was asked, and its answer in one line. get_investigation tells one in full; create_investigation asks a question of your own.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: (asked, call) => listInvestigations(records, asked, call),
  });

async function listInvestigations(
  { investigations, clock, redactor }: Records,
  asked: Input,
  call: Call,
): Promise<Answer<z.input<typeof output>>> {
  const now = clock.now();
  const isSelected = selects(asked, now);
  const found = (await investigations.list(call))
    .filter((one) => asked.state === 'all' || isDone(one) === (asked.state === 'done'))
    .filter(({ spec }) => asked.purpose === undefined || spec.purpose === asked.purpose)
    .filter(({ spec }) => asked.incident === undefined || spec.incidentRef?.name === asked.incident)
    .filter((one) => isSelected(one, { objects: one.spec.targets ?? [], began: one.metadata.creationTimestamp }))
    .toSorted((a, b) => Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp));
  const page = pageOf(found, asked);
  const { total, nextOffset, shown } = page;
  const head =
    total === 0
      ? ['There is no such Investigation.']
      : [
          `${total === 1 ? '1 Investigation' : `${total} Investigations`}${shown.length < total ? `, from ${asked.offset + 1} on` : ''}, the latest first:`,
        ];
  const tail = total === 0 ? [] : ['', ...moreLine(page), 'get_investigation tells one in full.'];
  return answerOf(redactor, {
    lines: [...head, ...shown.flatMap((one) => entryOf(one, now)), ...tail],
    data: { total, ...(nextOffset === undefined ? {} : { nextOffset }), investigations: shown.map(investigationRowOf) },
  });
}

/** It has come to an answer, or to none. */
export const isDone = ({ status }: Investigation): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

export function investigationRowOf({ metadata, spec, status }: Investigation): z.infer<typeof investigationRow> {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    purpose: spec.purpose,
    phase: status?.phase ?? 'Pending',
    created: metadata.creationTimestamp,
    ...(spec.incidentRef === undefined ? {} : { incident: spec.incidentRef.name }),
    ...(spec.planRef === undefined ? {} : { plan: spec.planRef.name }),
    ...(spec.question === undefined ? {} : { question: oneLine(spec.question) }),
    objects: (spec.targets ?? []).map(objectText),
    ...(status?.outcome === undefined ? {} : { outcome: status.outcome }),
    summary: failureOf(status) ?? renderStatus(status ?? {}),
  };
}

/** It was refused, or broke off. */
export function failureOf(status: Investigation['status']): string | undefined {
  if (status?.phase !== 'Failed') return undefined;
  return oneLine(status.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? 'It failed.');
}

const LINE = 240;

function entryOf(one: Investigation, now: number): readonly string[] {
  const { name, phase, created, purpose, incident, plan, question, objects, summary } = investigationRowOf(one);
  const about = question ?? (plan === undefined ? `for ${incident ?? 'nobody'}` : `of plan ${plan}`);
  return [
    '',
    `${name} · ${phase} · ${purpose} · ${age(created, now)}`,
    cut(`  ${about}${objects.length === 0 ? '' : ` — ${objects.slice(0, 3).join(', ')}`}`, LINE),
    cut(`  ${summary}`, LINE),
  ];
}
