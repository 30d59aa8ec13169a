/**
 * What an Application makes of its sources. Where the Application is rendered from the same branch, it stands in the result without what it sets for its
 * sources, as that shows in what they render; everything else beside it still shows.
 */
import type { FileTree } from '../git/tree.ts';
import type { Manifest } from '../kustomize/manifest.ts';
import type { Part, Rendered } from '../parts.ts';
import type { FieldPath } from '../yaml/document.ts';
import type { ArgoBuild } from './build.ts';
import { type ApplicationSource, type ApplicationSpec, sameRepository, sourcesOf } from './resources.ts';
import { parseApplicationSpec } from './schema.ts';
import { renderSource, type SourceTools } from './sources.ts';

export type ExpandedApplication = { readonly objects: readonly Manifest[]; readonly parts: readonly Part[] } | { readonly refused: string };

export async function expandApplication(
  tools: SourceTools,
  tree: FileTree,
  build: ArgoBuild,
  outer: Rendered | undefined,
): Promise<ExpandedApplication> {
  const where = `Application ${build.namespace}/${build.name}`;
  const inGit = outer?.objects.find(
    ({ kind, apiVersion, metadata }) => kind === 'Application' && apiVersion.startsWith('argoproj.io/') && metadata.name === build.name,
  );
  if (outer !== undefined && inGit === undefined) return { refused: `${where} is not among what renders it` };
  const parsed = inGit === undefined ? { spec: build.spec } : parseApplicationSpec(inGit['spec']);
  if ('refused' in parsed) return { refused: `${where} is not well-formed in Git there: ${parsed.refused}` };
  const { spec } = parsed;
  const objects: Manifest[] = [];
  const parts: Part[] = [];
  for (const [index, source] of sourcesOf(spec).entries()) {
    if (!isRendered(source)) continue;
    if (!sameRepository(source.repoURL, build.repository)) return { refused: `${where} has a source in another repository in Git there` };
    const at: FieldPath = (spec.sources ?? []).length > 0 ? ['spec', 'sources', index] : ['spec', 'source'];
    const made = await renderSource(tools, { tree, build, spec, outer, at, type: build.sourceTypes[index] }, source);
    if ('refused' in made) return { refused: `${where}: ${made.refused}` };
    objects.push(...made.objects);
    parts.push(made.part);
  }
  const beside = outer?.objects.filter((object) => object !== inGit) ?? [];
  const itself = inGit === undefined ? [] : [{ ...inGit, spec: withoutValues(spec) }];
  return { objects: [...itself, ...beside, ...objects], parts };
}

/** Of sources that are no charts of Helm repositories, and that are not only there for their files. */
export function isRendered({ chart, path, ref }: ApplicationSource): boolean {
  return chart === undefined || chart === '' ? path !== undefined || ref === undefined : false;
}

function withoutValues({ source, sources, ...rest }: ApplicationSpec): ApplicationSpec {
  return {
    ...rest,
    ...(source === undefined ? {} : { source: bare(source) }),
    ...(sources === undefined ? {} : { sources: sources.map(bare) }),
  };
}

function bare({ helm, kustomize, ...rest }: ApplicationSource): ApplicationSource {
  const { values: _values, valuesObject: _object, parameters: _parameters, ...ofHelm } = helm ?? {};
  const { images: _images, replicas: _replicas, ...ofKustomize } = kustomize ?? {};
  return { ...rest, ...(helm === undefined ? {} : { helm: ofHelm }), ...(kustomize === undefined ? {} : { kustomize: ofKustomize }) };
}
