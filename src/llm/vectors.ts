/** Judges embeddings: one vector a text, all of one length, of finite numbers. */
import { ModelError } from './error.ts';

const MOST_DIMENSIONS = 16_384;

export function vectorsOf(value: unknown, texts: number, name: string): readonly (readonly number[])[] {
  const wrong = (what: string): ModelError => new ModelError('Malformed', `${name}: ${what}`, { mayHaveSpent: true });
  if (!Array.isArray(value) || value.length !== texts) throw wrong('it does not give one embedding a text');
  const vectors = value as readonly unknown[];
  const [first] = vectors;
  const length = Array.isArray(first) ? first.length : 0;
  if (length === 0 || length > MOST_DIMENSIONS) throw wrong('its embeddings have no usable length');
  return vectors.map((vector) => {
    if (!Array.isArray(vector) || vector.length !== length) throw wrong('its embeddings differ in length');
    if (!vector.every((part) => typeof part === 'number' && Number.isFinite(part))) throw wrong('its embeddings hold what is no number');
    return vector as readonly number[];
  });
}
