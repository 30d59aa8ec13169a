/**
 * Finds the one edit in Git that gives one field of one rendered object a value, and changes nothing else.
 *
 * Every candidate is rendered; the rendering, not our reading of kustomize, decides. Only files below the owner's path are edited: what lies outside may
 * be shared with deployments that nobody looked at, so a field that comes from there is overridden where the path begins. No such edit, or several, is a
 * refusal that says what was tried.
 */

import { type Build, isIn, scopeOf } from './builds.ts';
import { type FileTree, withFiles } from './git/tree.ts';
import { assignmentsFor } from './helm/assign.ts';
import { type ChartProvenance, placesFor } from './helm/places.ts';
import { leavesOf } from './helm/values.ts';
import { type Candidate, candidatesFor, type Wanted } from './kustomize/candidates.ts';
import { allFields, compareRendered } from './kustomize/compare.ts';
import { displayName, identityOf, type Manifest } from './kustomize/manifest.ts';
import { overrideCandidates, valueAt } from './kustomize/override.ts';
import type { Renderer, Rendering } from './render.ts';
import { type FieldPath, formatPath } from './yaml/document.ts';
import { applySplices } from './yaml/splice.ts';

export interface FieldEdit {
  readonly target: Manifest;
  readonly path: FieldPath;
  readonly value: string;
}

export interface LocateInput {
  readonly tree: FileTree;
  readonly build: Build;
  readonly before: Extract<Rendering, { kind: 'rendered' }>;
  readonly renderer: Renderer;
  readonly signal?: AbortSignal | undefined;
}

export type Located =
  | {
      readonly kind: 'located';
      readonly file: string;
      readonly tree: FileTree;
      readonly rendering: Extract<Rendering, { kind: 'rendered' }>;
    }
  | { readonly kind: 'refused'; readonly message: string };

const MOST_TRIALS = 24;

export async function locateAndEdit(input: LocateInput, edit: FieldEdit): Promise<Located> {
  const chart = input.before.charts?.find(({ objects }) => objects.has(identityOf(edit.target)));
  return chart === undefined ? inManifests(input, edit) : inValues(input, edit, chart);
}

async function inManifests(input: LocateInput, edit: FieldEdit): Promise<Located> {
  const wanted: Wanted = { kind: edit.target.kind, name: edit.target.metadata.name, path: edit.path, value: edit.value };
  const { candidates, refused } = await candidatesFor(input.tree, input.before.closure, wanted);
  const trials: Trials = { input, edit, tried: [...refused], left: MOST_TRIALS };
  const scope = scopeOf(input.build);
  const found = await firstFit(
    trials,
    candidates.filter(({ file }) => isIn(scope, file)),
  );
  if (found !== undefined) return found;
  const outside = candidates.filter(({ file }) => !isIn(scope, file));
  const nearest = Math.min(...outside.map(({ rank }) => rank));
  const shared = outside.filter(({ rank }) => rank === nearest);
  const [override] = await tryAll(trials, shared.length === 0 ? [] : await overrideCandidates(input.tree, input.before, wanted), 1);
  if (override !== undefined) return override;
  return { kind: 'refused', message: explain(input, edit, shared, trials.tried) };
}

/** A chart's object: by the values that the chart is given. */
async function inValues(input: LocateInput, edit: FieldEdit, chart: ChartProvenance): Promise<Located> {
  const before = valueAt(edit.target, edit.path);
  const isPlain = typeof before === 'string' || typeof before === 'number' || typeof before === 'boolean';
  const wanted = { name: edit.target.metadata.name, path: edit.path, before: isPlain ? String(before) : undefined, after: edit.value };
  const scope = scopeOf(input.build);
  const trials: Trials = { input, edit, tried: [], left: MOST_TRIALS };
  const seen: string[] = [];
  const assignments = Map.groupBy(assignmentsFor(leavesOf(chart.layers), wanted), ({ rank }) => rank);
  for (const [, alike] of assignments) {
    if (trials.left <= 0) break;
    const inScope: Candidate[] = [];
    for (const assignment of alike) {
      const { candidates, refused } = await placesFor(input.tree, chart, assignment, (file) => isIn(scope, file));
      trials.tried.push(...refused.filter((reason) => !trials.tried.includes(reason)));
      seen.push(...candidates.map(({ file }) => file));
      inScope.push(...candidates.filter(({ file }) => isIn(scope, file)));
    }
    const found = await firstFit(trials, inScope);
    if (found !== undefined) return found;
  }
  const outside = seen.filter((file) => !isIn(scope, file));
  const details = trials.tried.length === 0 ? '' : ` (${trials.tried.slice(0, 5).join('; ')})`;
  const where = outside.length > 0 ? ` that may be edited; it is not in ${[...new Set(outside)].join(', ')}, which others may use` : '';
  return { kind: 'refused', message: `${named(edit)} was not found in any value of its chart${where}${details}`.slice(0, 1000) };
}

/** The fitting edit of the lowest rank; a refusal where there are two of that rank. */
async function firstFit(trials: Trials, candidates: readonly Candidate[]): Promise<Located | undefined> {
  for (const rank of [...new Set(candidates.map((candidate) => candidate.rank))].toSorted((a, b) => a - b)) {
    const fitting = await tryAll(
      trials,
      candidates.filter((candidate) => candidate.rank === rank),
    );
    const [first, second] = fitting;
    if (second !== undefined) return several(trials.edit, fitting);
    if (first !== undefined) return first;
  }
  return undefined;
}

interface Trials {
  readonly input: LocateInput;
  readonly edit: FieldEdit;
  /** What was tried, and why it does not do. */
  readonly tried: string[];
  left: number;
}

type Fit = Extract<Located, { kind: 'located' }>;

async function tryAll(trials: Trials, candidates: readonly Candidate[], enough = 2): Promise<readonly Fit[]> {
  const fitting: Fit[] = [];
  for (const candidate of candidates) {
    if (fitting.length >= enough || trials.left-- <= 0) break;
    const result = await tryOne(trials, candidate);
    if (typeof result === 'string') trials.tried.push(`${candidate.file}: ${result}`);
    else fitting.push(result);
  }
  return fitting;
}

/** The edit, rendered; or why it does not do. */
async function tryOne({ input, edit }: Trials, { file, splices }: Candidate): Promise<Fit | string> {
  const content = (await input.tree.read([file])).get(file);
  if (content === undefined) return 'it is not there';
  // Read as it was parsed: the byte-order mark, where there is one, is a character of the text.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
  const tree = withFiles(input.tree, new Map([[file, { content: Buffer.from(applySplices(text, splices), 'utf8') }]]));
  const rendering = await input.renderer.render(tree, input.build, { signal: input.signal });
  if (rendering.kind === 'refused') return rendering.message;
  const problem = unlike(compareRendered(input.before.objects, rendering.objects), edit);
  return problem ?? { kind: 'located', file, tree, rendering };
}

function unlike(difference: ReturnType<typeof compareRendered>, { target, path, value }: FieldEdit): string | undefined {
  const fields = allFields(difference);
  const wanted = { object: displayName(target), path: formatPath(path) };
  const others = fields.filter((field) => field.object !== wanted.object || field.path !== wanted.path);
  if (difference.added.length + difference.removed.length > 0) return 'an edit there makes objects appear or disappear';
  const [other] = others;
  if (other !== undefined)
    return `an edit there changes ${other.object} ${other.path}, too${others.length > 1 ? ` (and ${others.length - 1} more)` : ''}`;
  const [field] = fields;
  if (field === undefined) return 'an edit there changes nothing that is rendered';
  return field.after === value ? undefined : `an edit there renders ${JSON.stringify(field.after)}`;
}

function several(edit: FieldEdit, fitting: readonly Fit[]): Located {
  const places = fitting.map(({ file }) => file).join(' and in ');
  return { kind: 'refused', message: `${named(edit)} could be edited in ${places}; which one is meant can’t be told` };
}

function named({ target, path }: FieldEdit): string {
  return `${formatPath(path)} of ${displayName(target)}`;
}

function explain({ build }: LocateInput, edit: FieldEdit, shared: readonly Candidate[], tried: readonly string[]): string {
  const where =
    shared.length > 0
      ? `comes from ${[...new Set(shared.map(({ file }) => file))].join(', ')}, outside of ${scopeOf(build).join(' and ')}, and can’t be overridden there`
      : 'was not found in any manifest, patch or images entry';
  const details = tried.length === 0 ? '' : ` (${tried.slice(0, 5).join('; ')})`;
  return `${named(edit)} ${where}${details}`.slice(0, 1000);
}
