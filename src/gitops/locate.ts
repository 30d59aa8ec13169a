/**
 * Finds the one edit in Git that gives one field of one rendered object a value, and changes nothing else.
 *
 * Every candidate is rendered; the rendering, not our reading of kustomize, decides. Only files below the owner's path are edited: what lies outside may
 * be shared with deployments that nobody looked at, so a field that comes from there is overridden where the path begins. No such edit, or several, is a
 * refusal that says what was tried.
 */

import { isIgnored } from './argo/build.ts';
import { type Build, notEditable, scopeOf } from './builds.ts';
import { type FileTree, withFiles } from './git/tree.ts';
import { assignmentsFor } from './helm/assign.ts';
import { placesFor } from './helm/places.ts';
import { leavesOf } from './helm/values.ts';
import { type Candidate, candidatesFor, type Wanted } from './kustomize/candidates.ts';
import { allFields, compareRendered, type FieldChange, type RenderedDifference } from './kustomize/compare.ts';
import { displayName, identityOf, type Manifest } from './kustomize/manifest.ts';
import { overrideCandidates, valueAt } from './kustomize/override.ts';
import type { Part, Rendered } from './parts.ts';
import type { Renderer, Rendering } from './render.ts';
import { type FieldPath, formatPath } from './yaml/document.ts';
import { applySplices } from './yaml/splice.ts';

export interface FieldEdit {
  readonly target: Manifest;
  readonly path: FieldPath;
  /** A number is written without quotes, text so that every reader takes it for text. */
  readonly value: string | number;
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
  const left = leftAlone(input, edit);
  if (left !== undefined) return { kind: 'refused', message: left };
  const trials: Trials = { input, edit, tried: [], left: MOST_TRIALS };
  const part = input.before.parts?.findLast(({ objects }) => objects.has(identityOf(edit.target)));
  if (part === undefined) return inManifests(trials, input.before);
  const byValues = part.layers.length === 0 ? undefined : await inValues(trials, part);
  if (byValues?.kind === 'located' || part.own === undefined) {
    return byValues ?? { kind: 'refused', message: explainValues(trials, part, []) };
  }
  return inManifests(trials, part.own);
}

/** A field that the engine does not bring into the cluster. */
function leftAlone({ build }: LocateInput, edit: FieldEdit): string | undefined {
  if (build.type !== 'ArgoCD') return undefined;
  const { kind, metadata } = edit.target;
  const pointer = edit.path.map((step) => `/${typeof step === 'string' ? step.replaceAll('~', '~0').replaceAll('/', '~1') : '*'}`).join('');
  const ignored = isIgnored(build.spec.ignoreDifferences ?? [], { kind, name: metadata.name, pointer });
  return ignored ? `${named(edit)} is left alone by Argo CD (spec.ignoreDifferences of Application ${build.name})` : undefined;
}

async function inManifests(trials: Trials, from: Rendered): Promise<Located> {
  const { input, edit } = trials;
  const wanted: Wanted = { kind: edit.target.kind, name: edit.target.metadata.name, path: edit.path, value: edit.value };
  const { candidates, refused } = await candidatesFor(input.tree, from.closure, wanted);
  trials.tried.push(...refused);
  const { editable, others } = sorted(input, candidates);
  const found = await firstFit(trials, editable);
  if (found !== undefined) return found;
  const nearest = Math.min(...others.map(({ rank }) => rank));
  const shared = others.filter(({ rank }) => rank === nearest);
  const overrides = shared.length === 0 ? [] : await overrideCandidates(input.tree, from, wanted);
  const [override] = await tryAll(trials, sorted(input, overrides).editable, 1);
  if (override !== undefined) return override;
  return { kind: 'refused', message: explain(input, edit, shared, trials.tried) };
}

/** Candidates by whether their file may be edited. */
function sorted(
  { build }: LocateInput,
  candidates: readonly Candidate[],
): { editable: readonly Candidate[]; others: readonly Candidate[] } {
  const may = ({ file }: Candidate): boolean => notEditable(build, file) === undefined;
  return { editable: candidates.filter(may), others: candidates.filter((candidate) => !may(candidate)) };
}

/** A field that is made of values: those of a chart, or what an Application lays over a kustomization. */
async function inValues(trials: Trials, part: Part): Promise<Located> {
  const { input, edit } = trials;
  const before = valueAt(edit.target, edit.path);
  const isPlain = typeof before === 'string' || typeof before === 'number' || typeof before === 'boolean';
  const wanted = { name: edit.target.metadata.name, path: edit.path, before: isPlain ? String(before) : undefined, after: edit.value };
  const outside = new Set<string>();
  const assignments = Map.groupBy(assignmentsFor(leavesOf(part.layers), wanted), ({ rank }) => rank);
  for (const [, alike] of assignments) {
    if (trials.left <= 0) break;
    const editable: Candidate[] = [];
    for (const assignment of alike) {
      const places = await placesFor(input.tree, part, assignment, (file) => notEditable(input.build, file) === undefined);
      trials.tried.push(...places.refused.filter((reason) => !trials.tried.includes(reason)));
      const { editable: own, others } = sorted(input, places.candidates);
      for (const { file } of others) outside.add(file);
      editable.push(...own);
    }
    const found = await firstFit(trials, editable);
    if (found !== undefined) return found;
  }
  return { kind: 'refused', message: explainValues(trials, part, [...outside]) };
}

function explainValues({ input, edit, tried }: Trials, { notes = [] }: Part, outside: readonly string[]): string {
  const others = outside.slice(0, 5).map((file) => `${file}: ${notEditable(input.build, file) ?? ''}`);
  const details = [...notes, ...others, ...tried].slice(0, 5).join('; ');
  return `${named(edit)} was not found in any value that may be edited${details === '' ? '' : ` (${details})`}`.slice(0, 1000);
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

function unlike(difference: RenderedDifference, { target, path, value }: FieldEdit): string | undefined {
  const renamed = difference.changed.filter(({ before, after }) => before.metadata.name !== after.metadata.name);
  const fields = allFields(difference).filter((field) => !isRename(field, renamed));
  const itself = renamed.find(({ before }) => identityOf(before) === identityOf(target));
  const wanted = { object: displayName(itself?.after ?? target), path: formatPath(path) };
  const others = fields.filter((field) => field.object !== wanted.object || field.path !== wanted.path);
  if (difference.added.length + difference.removed.length > 0) return 'an edit there makes objects appear or disappear';
  const [other] = others;
  if (other !== undefined)
    return `an edit there changes ${other.object} ${other.path}, too${others.length > 1 ? ` (and ${others.length - 1} more)` : ''}`;
  const [field] = fields;
  if (field === undefined) return 'an edit there changes nothing that is rendered';
  return field.after === String(value) ? undefined : `an edit there renders ${JSON.stringify(field.after)}`;
}

/** A generated ConfigMap has a hash of its content in its name: that moves with it, and so does the name wherever it is used. */
function isRename(field: FieldChange, renamed: RenderedDifference['changed']): boolean {
  return renamed.some(({ before, after }) => field.before === before.metadata.name && field.after === after.metadata.name);
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
      ? `comes from ${[...new Set(shared.map(({ file }) => `${file} (${notEditable(build, file) ?? ''})`))].join(', ')}, and can’t be overridden in ${scopeOf(build).join(' and ')}`
      : 'was not found in any manifest, patch or images entry';
  const details = tried.length === 0 ? '' : ` (${tried.slice(0, 5).join('; ')})`;
  return `${named(edit)} ${where}${details}`.slice(0, 1000);
}
