/** `get_investigation`: one Investigation, what it was asked, and its report in full. */
import { z } from 'zod';
import type { Investigation } from '../../crds/kinds.ts';
import { renderTerminal } from '../../report/terminal.ts';
import { moment } from '../../text/age.ts';
import { type Page, paragraph, refText, rows, section } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';
import { answerOf, pageAt } from '../answer.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { diagnosis, diagnosisOf } from './diagnosis.ts';
import type { Name } from './kept.ts';
import { failureOf, investigationRow, investigationRowOf } from './listInvestigations.ts';
import type { Records } from './records.ts';
import { nameInput, namespaceInput } from './shapes.ts';

const input = z.object({ name: nameInput('Investigation', 'list_investigations'), namespace: namespaceInput('Investigation') });
const output = investigationRow.extend({ requestedBy: z.string().optional(), diagnosis });

export const getInvestigationTool = (records: Records): Tool =>
  defineTool({
    name: 'get_investigation',
    title: 'Get an Investigation',
    description:
      'Tells one Investigation in full: what it was asked, the root cause or what was ruled out, every finding, change and piece of evidence with its id, and what could not be seen. For an Incident, get_incident is shorter. get_evidence shows what an id rests on.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => readInvestigation(records, asked, call),
  });

export async function readInvestigation(
  { investigations, redactor, clock }: Records,
  name: Name,
  call: Call,
): Promise<Answer<z.input<typeof output>>> {
  const investigation = await investigations.get(name, call);
  const { spec, metadata } = investigation;
  return answerOf(redactor, {
    lines: reportPage(investigation, pageAt(clock.now())),
    data: {
      ...investigationRowOf(investigation),
      ...(spec.requestedBy === undefined ? {} : { requestedBy: oneLine(spec.requestedBy.username) }),
      diagnosis: diagnosisOf(investigation),
    },
    rest: `kubectl get inv ${metadata.name} -n ${metadata.namespace} -o yaml`,
  });
}

function reportPage(investigation: Investigation, page: Page): readonly string[] {
  const { metadata, spec, status } = investigation;
  const { window, incidentRef, planRef, question, targets = [], requestedBy } = spec;
  const failure = failureOf(status);
  return [
    `${metadata.name}  ${spec.purpose} · ${status?.phase ?? 'Pending'}`,
    ...rows(page, [
      ['Question', question],
      ['Incident', incidentRef?.name],
      ['Plan', planRef?.name],
      ['Looks at', targets.map(refText).join(', ')],
      [
        'Window',
        window === undefined ? undefined : `from ${moment(window.start)}${window.end === undefined ? '' : ` until ${moment(window.end)}`}`,
      ],
      ['Asked by', requestedBy?.username],
      ['Failed', failure],
    ]),
    '',
    ...(failure === undefined ? renderTerminal({ status: status ?? {} }, page) : []),
    ...section(
      page,
      'TAKEN TO BE WRONG',
      status?.refuted === undefined
        ? []
        : paragraph(page, oneLine(`${status.refuted.planRef.name} rested on it and did not help: ${status.refuted.reason}`)),
    ),
  ];
}
