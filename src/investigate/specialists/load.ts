/**
 * Reads specialists from YAML: the built-in ones and a team's own by the same way.
 *
 * All problems are told at once (20 a file), each with its file and line, the path of the setting, and what to do. A file with a problem gives no
 * specialist; the others are not harmed by it. What comes out is compiled: rules were parsed and type-checked, and cannot be wrong later.
 */
import { ConfigError, problemsOf } from '../../config/problems.ts';
import { parseSource, type Source } from '../../config/source.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import { compileExpression, type Expression, type ExpressionType } from './ruleLanguage.ts';
import { type RuleSpec, type SpecialistFile, specialistSchema } from './schema.ts';
import { reasonsNamed } from './vocabulary.ts';

export interface SpecialistSource {
  /** As messages call the file. */
  readonly name: string;
  readonly text: string;
  readonly builtIn?: boolean | undefined;
}

export interface Specialist extends Omit<SpecialistFile, 'rules'> {
  readonly builtIn: boolean;
  /** The reasons of findings that it handles. */
  readonly reasons: ReadonlySet<FindingReason>;
  readonly rules: readonly Rule[];
}

export interface Rule extends Omit<RuleSpec, 'when' | 'cites' | 'weighs'> {
  readonly when: Expression;
  readonly cites?: Expression | undefined;
  readonly weighs: readonly { readonly reasons: ReadonlySet<FindingReason>; readonly points: number }[];
}

export type Problem = ConfigError['problems'][number];

export interface LoadResult {
  readonly specialists: readonly Specialist[];
  readonly problems: readonly Problem[];
}

export interface LoadOptions {
  /** Names of the analyzers that there are. */
  readonly analyzers: readonly string[];
}

const LARGEST_FILE = 256 * 1024;
/** Of one file: who breaks a bracket may have a thousand. */
const MOST_PROBLEMS = 20;

export function loadSpecialists(sources: readonly SpecialistSource[], { analyzers }: LoadOptions): LoadResult {
  const problems: Problem[] = [];
  const found = new Map<string, Specialist>();
  for (const source of sources) {
    const read = readOne(source, analyzers);
    if ('problems' in read) {
      problems.push(...cutProblems(read.problems, source.name));
      continue;
    }
    const { specialist, where } = read;
    const other = found.get(specialist.name);
    if (other === undefined) found.set(specialist.name, specialist);
    else problems.push({ where, path: 'name', message: nameTaken(specialist.name, other) });
  }
  return { specialists: [...found.values()], problems };
}

function cutProblems(problems: readonly Problem[], name: string): readonly Problem[] {
  const more = problems.length - MOST_PROBLEMS;
  if (more <= 0) return problems;
  return [...problems.slice(0, MOST_PROBLEMS), { where: name, path: '', message: `has ${more} more problems; correct these first` }];
}

const nameTaken = (name: string, { builtIn }: Specialist): string =>
  `${JSON.stringify(name)} is the name of ${builtIn ? 'a built-in specialist' : 'another one'}; choose another`;

type ReadResult = { readonly specialist: Specialist; readonly where: string } | { readonly problems: readonly Problem[] };

function readOne({ name, text, builtIn = false }: SpecialistSource, analyzers: readonly string[]): ReadResult {
  if (text.length > LARGEST_FILE) return { problems: [{ where: name, path: '', message: `is larger than ${LARGEST_FILE / 1024} KiB` }] };
  const source = parsed(text, name);
  if ('problems' in source) return source;
  const schema = specialistSchema({ analyzers, builtIn, queries: queryNames(source.data) });
  const result = schema.safeParse(source.data);
  if (result.success) return { specialist: compiled(result.data, builtIn), where: source.whereIs(['name']) };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, source.data, schema, source.whereIs)) };
}

/** The names of queries in a file that may be wrong in any way. */
function queryNames(data: unknown): readonly string[] {
  const { evidence } = (data ?? {}) as { readonly evidence?: unknown };
  if (!Array.isArray(evidence)) return [];
  return evidence.flatMap((query: unknown) => {
    const { name } = (query ?? {}) as { readonly name?: unknown };
    return typeof name === 'string' ? [name] : [];
  });
}

function parsed(text: string, name: string): Source | { readonly problems: readonly Problem[] } {
  try {
    return parseSource(text, name);
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    return {
      problems: [{ where: name, path: '', message: `cannot be read as YAML: ${error instanceof Error ? error.message : 'unknown error'}` }],
    };
  }
}

function compiled(file: SpecialistFile, builtIn: boolean): Specialist {
  const queries = file.evidence.map(({ name }) => name);
  return {
    ...file,
    builtIn,
    reasons: reasonSet(file.handles.reasons),
    rules: file.rules.map(({ when, cites, weighs, ...rule }) => ({
      ...rule,
      when: expression(when, 'bool', queries),
      cites: cites === undefined ? undefined : expression(cites, 'list<string>', queries),
      weighs: weighs.map(({ reasons, points }) => ({ reasons: reasonSet(reasons), points })),
    })),
  };
}

const reasonSet = (entries: readonly string[]): ReadonlySet<FindingReason> => new Set(entries.flatMap(reasonsNamed));

/** Of a text that the schema has accepted. */
function expression(text: string, type: ExpressionType, queries: readonly string[]): Expression {
  const made = compileExpression(text, type, queries);
  if ('wrong' in made) throw new Error(`compile a rule that was accepted: ${made.wrong}`);
  return made;
}
