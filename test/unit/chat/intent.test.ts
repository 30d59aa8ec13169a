/** What questions are taken to mean: over a table of phrasings, a quarter of which was held out. */
import { describe, expect, test } from 'vitest';
import { type IntentKind, intentOf } from '../../../src/chat/words/intent.ts';
import { PHRASINGS } from './phrasings.ts';

const rows = Object.entries(PHRASINGS).flatMap(([kind, phrases]) =>
  phrases.map((phrase, index) => ({
    kind: kind as IntentKind,
    question: phrase.replace(/\[([a-z0-9][a-z0-9/-]*)\](?![a-z])/gu, (whole, name: string) => (/^\d+[smhd]$/u.test(name) ? whole : name)),
    names: [...phrase.matchAll(/\[([a-z0-9][a-z0-9/-]*)\]/gu)].map(([, name = '']) => name).filter((name) => !/^\d+[smhd]$/u.test(name)),
    heldOut: index % 4 === 3,
  })),
);
const known = rows.filter(({ heldOut }) => !heldOut);
const heldOut = rows.filter((row) => row.heldOut);

describe('a question', () => {
  test.each(known)('"$question" means $kind', ({ question, kind, names }) => {
    const intent = intentOf(question);
    expect(intent.kind).toBe(kind);
    if (kind !== 'query' && kind !== 'unknown') expect(intent.mentions).toEqual(names);
  });

  test('that was held out is understood as well', () => {
    const missed = heldOut.filter(({ question, kind, names }) => {
      const intent = intentOf(question);
      return intent.kind !== kind || (kind !== 'query' && kind !== 'unknown' && intent.mentions.join() !== names.join());
    });
    const share = 1 - missed.length / heldOut.length;
    expect({ missed: missed.map(({ question }) => [question, intentOf(question).kind, intentOf(question).mentions]), share }).toMatchObject(
      { share: 1 },
    );
  });

  test('is understood with a slip of a letter', () => {
    expect(intentOf('golden singals of cart').kind).toBe('signals');
    expect(intentOf('latancy of cart').kind).toBe('metric');
    expect(intentOf('list incidnets').kind).toBe('incidents');
  });
});
