/** The form in which a model submits its diagnosis: for the server as a JSON schema, for us as a strict zod schema. */
import { z } from 'zod';
import type { JsonSchema, Tool } from '../../llm/port.ts';

export const CATEGORIES = [
  'Application',
  'Configuration',
  'Image',
  'Probe',
  'Resources',
  'Scheduling',
  'Rollout',
  'Node',
  'Network',
  'Storage',
  'Dependency',
  'Other',
] as const;
export type Category = (typeof CATEGORIES)[number];

const MOST_HYPOTHESES = 3;
const MOST_CITATIONS = 6;

/** Small models leave out what is empty, and write 0.8 for 80 %. */
export const submission = z.strictObject({
  hypotheses: z
    .array(
      z.strictObject({
        statement: z.string().min(1).max(2_000),
        category: z.enum(CATEGORIES),
        object: z.string().max(400).default(''),
        citations: z
          .array(z.strictObject({ evidenceId: z.string().max(64), quote: z.string().max(1_000).default('') }))
          .max(MOST_CITATIONS),
        confidence: z.number().min(0).max(100),
      }),
    )
    .max(MOST_HYPOTHESES),
});

export type Submission = z.infer<typeof submission>;
export type SubmittedHypothesis = Submission['hypotheses'][number];

/** Everything is required, as strict servers want it; empty text stands for nothing. Lengths are left out: grammars made of them explode. */
export function submissionFormat(ids: readonly string[]): JsonSchema {
  const object = (properties: Readonly<Record<string, unknown>>): JsonSchema => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });
  const citation = object({ evidenceId: ids.length === 0 ? { type: 'string' } : { type: 'string', enum: ids }, quote: { type: 'string' } });
  const hypothesis = object({
    statement: { type: 'string' },
    category: { type: 'string', enum: CATEGORIES },
    object: { type: 'string' },
    citations: { type: 'array', items: citation, maxItems: MOST_CITATIONS },
    confidence: { type: 'integer', enum: [10, 30, 50, 70, 90] },
  });
  return object({ hypotheses: { type: 'array', items: hypothesis, maxItems: MOST_HYPOTHESES } });
}

export const SUBMIT = 'submit_diagnosis';

export const submitTool = (ids: readonly string[]): Tool => ({
  name: SUBMIT,
  description: 'Ends the work: at most 3 hypotheses, the likeliest first; none if nothing explains it.',
  parameters: submissionFormat(ids),
});
