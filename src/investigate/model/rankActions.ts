/**
 * Phase two: a model orders the actions that rules have chosen, in a fresh and narrow context.
 *
 * It sees the reason and the kind of object of the root cause, and the ids and types of the candidates: words of our own vocabulary, no telemetry and
 * nothing of phase one. Its answer is a permutation of those ids or none at all. It adds no action, no target and no value.
 */
import { z } from 'zod';
import type { ModelForPurpose } from '../../llm/models.ts';
import type { JsonSchema } from '../../llm/port.ts';
import { askStructured } from '../../llm/structured.ts';
import type { ActionOrder, CandidateAction } from './opinion.ts';

export interface RankActionsRequest {
  readonly asked: ModelForPurpose;
  readonly rootCause: { readonly reason: string; readonly object: { readonly kind: string } };
  readonly candidates: readonly CandidateAction[];
  readonly signal: AbortSignal;
}

const MOST_OUTPUT_TOKENS = 400;
const LONGEST_REASON = 300;

const answerSchema = z.strictObject({
  actions: z.array(z.strictObject({ id: z.string().min(1).max(64), reason: z.string().max(LONGEST_REASON).default('') })).max(20),
});

const SYSTEM =
  'You order actions that could end a problem in Kubernetes. An engineer decides which is taken. Put first what ends this cause with the least risk. ' +
  'Use every id exactly once, and give a short reason for each.';

/** @throws ModelError */
export async function rankActions({ asked, rootCause, candidates, signal }: RankActionsRequest): Promise<ActionOrder> {
  const ids = candidates.map(({ id }) => id);
  const content = [
    `Root cause: ${rootCause.reason} of a ${rootCause.object.kind}.`,
    'Actions:',
    ...candidates.map(({ id, type }) => `${id}: ${type}`),
    'Answer with one JSON object: {"actions":[{"id","reason"}]}.',
  ].join('\n');
  const { value } = await askStructured(asked.model, {
    chat: {
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content },
      ],
      maxOutputTokens: Math.min(MOST_OUTPUT_TOKENS, asked.maxOutputTokens),
      contextTokens: asked.contextTokens,
      signal,
    },
    schema: answerSchema,
    format: formatOf(ids),
    check: ({ actions }) =>
      notAPermutation(
        actions.map(({ id }) => id),
        ids,
      ),
  });
  return { order: value.actions.map(({ id }) => id), reasons: Object.fromEntries(value.actions.map(({ id, reason }) => [id, reason])) };
}

function notAPermutation(said: readonly string[], ids: readonly string[]): string | undefined {
  const unknown = said.filter((id) => !ids.includes(id)).length;
  if (unknown > 0) return `${unknown} of its ids are unknown; there are ${ids.join(', ')}`;
  const missing = ids.filter((id) => said.filter((one) => one === id).length !== 1);
  return missing.length === 0 && said.length === ids.length ? undefined : `each id has to stand there exactly once: ${missing.join(', ')}`;
}

function formatOf(ids: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: {
      actions: {
        type: 'array',
        minItems: ids.length,
        maxItems: ids.length,
        items: {
          type: 'object',
          properties: { id: { type: 'string', enum: ids }, reason: { type: 'string' } },
          required: ['id', 'reason'],
          additionalProperties: false,
        },
      },
    },
    required: ['actions'],
    additionalProperties: false,
  };
}
