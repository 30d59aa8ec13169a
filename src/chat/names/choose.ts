/** What somebody answers who was asked back which thing they mean: by its number, its place in the list, its name or its namespace. Pure. */
import type { Entity } from '../memory/conversation.ts';
import { tokensOf } from '../words/tokens.ts';
import { keyOf } from './resolve.ts';

const PLACES: readonly (readonly string[])[] = [
  ['1', '1st', 'first', 'one'],
  ['2', '2nd', 'second', 'two'],
  ['3', '3rd', 'third', 'three'],
  ['4', '4th', 'fourth', 'four'],
  ['5', '5th', 'fifth', 'five'],
  ['6', '6th', 'sixth', 'six'],
  ['7', '7th', 'seventh', 'seven'],
  ['8', '8th', 'eighth', 'eight'],
];
/** What may stand around a choice. A longer answer is a question of its own. */
const AROUND: ReadonlySet<string> = new Set(
  'the one in i mean meant it is please that of namespace number no option from jamie service yes'.split(' '),
);

export function choose(answer: string, candidates: readonly Entity[]): Entity | undefined {
  const tokens = tokensOf(answer).filter((token) => token !== '?');
  const isIn = (token: string): readonly Entity[] =>
    candidates.filter(
      (entity) => [keyOf(entity), entity.name, entity.namespace].includes(token) || `-${entity.name}-`.includes(`-${token}-`),
    );
  const named = tokens.map(isIn).filter((found) => found.length > 0);
  const others = tokens.filter((token) => !AROUND.has(token) && isIn(token).length === 0 && !isPlace(token));
  if (others.length > 0) return undefined;
  const left = named.reduce((kept, found) => kept.filter((entity) => found.includes(entity)), candidates);
  if (named.length > 0 && left.length === 1) return left[0];
  // "the one in …" is no number
  const place = tokens.find((token) => isPlace(token) && !(token === 'one' && tokens.length > 1));
  if (place === undefined) return undefined;
  return place === 'last' ? candidates.at(-1) : candidates[PLACES.findIndex((words) => words.includes(place))];
}

const isPlace = (token: string): boolean => token === 'last' || PLACES.some((words) => words.includes(token));
