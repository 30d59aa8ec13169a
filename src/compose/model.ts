/** The adviser of investigations, from the configuration; undefined where no language model is configured. */
import { createModelAdviser, type ModelAdviser } from '../investigate/model/adviser.ts';
import { createMemoryStore } from '../llm/record.ts';
import { modelsOf } from './models.ts';
import type { Parts } from './parts.ts';

export function createAdviser(parts: Parts): ModelAdviser | undefined {
  const found = modelsOf(parts, createMemoryStore());
  if (found === undefined) return undefined;
  const { clock, logger, redactor, config } = parts;
  return createModelAdviser({ ...found, clock, logger, redact: redactor.text, deadlineMs: config.model.deadlineSeconds * 1000 });
}
