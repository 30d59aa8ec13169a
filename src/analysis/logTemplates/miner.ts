/**
 * Log templates, found line by line, with one configuration for all logs.
 *
 * Of the line of Drain (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017; https://github.com/logpai/logparser,
 * https://github.com/logpai/Drain3), with two things changed. In place of masks for each product, the form of every value gives away its type
 * (`scan.ts`, `generalise.ts`), so that most lines of a template are equal after one pass and cost one look-up. In place of a threshold of
 * similarity, a word becomes a variable by the number of different words seen in its place while all around it was the same (`evidence.ts`,
 * `learn.ts`): as Brain (Yu et al., IEEE TSC 2023) and Logram (Dai et al., IEEE TSE 2020) count words, but online and with the context exact.
 *
 * Guarantees: the same lines in the same order give the same templates; never throws; time is linear in the characters looked at, of which a
 * line has a bounded number; memory is bounded by the number of patterns, the least recently met are forgotten, and their lines counted.
 * Left to others: which part of a line is the message (`message.ts`), and what a change of templates means (`compare.ts`).
 */
import { createEvidence, hashesOf, placesOf } from './evidence.ts';
import { generalise } from './generalise.ts';
import { isVariable } from './learn.ts';
import { copyOf, generalised, keyOf, merge, notice, type Pattern, patternOf, rootOf, textOf, typesOfTemplates } from './pattern.ts';
import { scan } from './scan.ts';
import { createPatternStore } from './store.ts';
import { createTokens } from './tokens.ts';

export interface Template {
  /** Never given to another template of this miner. */
  readonly id: number;
  /** With the types of its variables: `Accepted password for <*> from <ip> port <num>`. */
  readonly template: string;
  readonly count: number;
  readonly firstSample: string;
  readonly lastSample: string;
}

export interface TemplateMinerOptions {
  /** Characters of a line that are looked at. */
  readonly longestLine?: number;
  /** Tokens of a line that are looked at. */
  readonly mostTokens?: number;
  /** Patterns, of which templates are the ones that are part of no other. */
  readonly mostPatterns?: number;
  /** Characters of a sample that are kept. */
  readonly longestSample?: number;
}

export interface TemplateMiner {
  /** The id of the template that the line belongs to, as far as is known by now. */
  add(line: string): number;
  /** The id of the template that the one with this id has become part of; the same id when it has not, or is forgotten. */
  resolve(id: number): number;
  /** The most frequent first. */
  templates(): readonly Template[];
  /** Lines of templates that were forgotten for want of room. */
  forgottenLines(): number;
}

function templateOf(root: Pattern, types: readonly string[]): Template {
  const { id, count, first, last } = root;
  return { id, template: textOf(root, types), count, firstSample: first.line, lastSample: last.line };
}

const DEFAULTS = { longestLine: 2000, mostTokens: 128, mostPatterns: 8192, longestSample: 400 } as const;
const EVIDENCE_A_PATTERN = 16;
/** Lines until samples are copied out of the text that they are pieces of. */
const SETTLE_EVERY = 4096;

export function createTemplateMiner(options: TemplateMinerOptions = {}): TemplateMiner {
  const { longestLine, mostTokens, mostPatterns, longestSample } = { ...DEFAULTS, ...options };
  const tokens = createTokens();
  const store = createPatternStore(mostPatterns);
  const evidence = createEvidence(mostPatterns * EVIDENCE_A_PATTERN);
  const sampled = new Set<Pattern>();
  let lines = 0;
  let lastId = 0;

  /** Makes the pattern part of a more general one, if the evidence says so of one of its places. */
  function learn(pattern: Pattern): void {
    const hashes = hashesOf(pattern.words);
    for (const span of placesOf(pattern)) {
      const members = evidence.meet(pattern, span, hashes);
      if (!isVariable(pattern, span, members)) continue;
      const general = generalised(lastId + 1, pattern, span);
      const known = store.find(general.key);
      const target = rootOf(known ?? general);
      if (known === undefined) store.add(remembered(general));
      for (const member of members) if (member.pattern !== target) merge(member.pattern, member.span, known ?? general);
      if (known === undefined) learn(general);
      if (pattern.into !== undefined) return;
    }
  }

  function remembered(pattern: Pattern): Pattern {
    lastId = pattern.id;
    return pattern;
  }

  const sampleOf = (line: string): string => copyOf(line.slice(0, longestSample));

  function settle(): void {
    for (const pattern of sampled) pattern.last = { line: sampleOf(pattern.last.line), at: pattern.last.at };
    sampled.clear();
  }

  return {
    add(line) {
      lines++;
      scan(line, Math.min(line.length, longestLine), mostTokens, tokens);
      generalise(tokens);
      const key = keyOf(tokens);
      let pattern = store.find(key);
      if (pattern === undefined) {
        pattern = patternOf(++lastId, key, tokens, { line: sampleOf(line), at: lines });
        store.add(pattern);
        learn(pattern);
      } else if (notice(pattern, tokens) && pattern.into === undefined) {
        learn(pattern);
      }
      const root = rootOf(pattern);
      root.count++;
      pattern.used = lines;
      root.used = lines;
      root.last = { line, at: lines };
      sampled.add(root);
      if (lines % SETTLE_EVERY === 0) settle();
      return root.id;
    },
    resolve(id) {
      const pattern = store.byId(id);
      return pattern === undefined ? id : rootOf(pattern).id;
    },
    templates() {
      settle();
      return [...typesOfTemplates(store.all())]
        .map(([root, types]) => templateOf(root, types))
        .sort((a, b) => b.count - a.count || a.id - b.id);
    },
    forgottenLines: store.forgottenLines,
  };
}
