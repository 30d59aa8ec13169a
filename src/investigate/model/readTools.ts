/**
 * What a model may do: read what was gathered, by a few tools. None of them reaches a cluster or a source, and none writes.
 *
 * What a tool gives is a stranger's text. Whoever shows it to a model abstracts and fences it.
 */
import { z } from 'zod';
import type { JsonSchema } from '../../llm/port.ts';
import type { Analysed, CitableEvidence } from './opinion.ts';

export interface ReadTool {
  readonly name: string;
  readonly description: string;
  /** For the server. */
  readonly parameters: JsonSchema;
  /** For us: strict. */
  readonly schema: z.ZodType;
  /** @param given what the schema let pass */
  readonly call: (given: unknown, signal: AbortSignal) => Promise<string>;
}

const MOST_LINES = 40;

export function evidenceTools({ evidence, findings }: Analysed): readonly ReadTool[] {
  const id = z.strictObject({ id: z.string().min(1).max(64) });
  const text = z.strictObject({ text: z.string().min(1).max(200) });
  const parametersOf = (name: string, description: string): JsonSchema => ({
    type: 'object',
    properties: { [name]: { type: 'string', description } },
    required: [name],
    additionalProperties: false,
  });
  return [
    {
      name: 'get_evidence',
      description: 'Shows the content of one piece of evidence.',
      parameters: parametersOf('id', 'such as e3'),
      schema: id,
      call: async (given) => contentOf(evidence, id.parse(given).id),
    },
    {
      name: 'search_evidence',
      description: 'Lines of all evidence that contain a text.',
      parameters: parametersOf('text', 'a few letters, no pattern'),
      schema: text,
      call: async (given) => linesWith(evidence, text.parse(given).text),
    },
    {
      name: 'list_findings',
      description: 'Lists all findings of the rules and all evidence.',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
      schema: z.strictObject({}),
      call: async () =>
        [
          ...findings.map((finding) => `${finding.id}: ${finding.reason}: ${finding.message}`),
          ...evidence.map((item) => `${item.id}: ${item.query}: ${item.summary}`),
        ].join('\n'),
    },
  ];
}

function contentOf(evidence: readonly CitableEvidence[], id: string): string {
  const found = evidence.find((item) => item.id === id.trim());
  return found === undefined
    ? `There is no evidence ${id.slice(0, 20)}; there is ${evidence.map((item) => item.id).join(', ')}.`
    : `${found.query}\n${found.content}`;
}

function linesWith(evidence: readonly CitableEvidence[], text: string): string {
  const wanted = text.toLowerCase();
  const found = evidence.flatMap(({ id, content }) =>
    content
      .split('\n')
      .filter((line) => line.toLowerCase().includes(wanted))
      .map((line) => `${id}: ${line.trim()}`),
  );
  return found.length === 0 ? 'No line contains it.' : found.slice(0, MOST_LINES).join('\n');
}
