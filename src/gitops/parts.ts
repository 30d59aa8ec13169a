/** What one chart, kustomization or folder contributes to a rendering, and what it was made from: where to look for a field. */
import type { ValuesLayer } from './helm/values.ts';
import type { Closure } from './kustomize/closure.ts';
import type { Manifest } from './kustomize/manifest.ts';

/** Manifests with the files that they are rendered from. */
export interface Rendered {
  readonly kind: 'rendered';
  readonly closure: Closure;
  readonly objects: readonly Manifest[];
}

export interface Part {
  /** Identities of what it renders. */
  readonly objects: ReadonlySet<string>;
  /** All that sets values, each over those before it; a chart's own are the first. */
  readonly layers: readonly ValuesLayer[];
  /** What the objects that hold values are rendered from; undefined where that is not in the repository. */
  readonly outer: Rendered | undefined;
  /** The manifests themselves, where it is no chart. */
  readonly own?: Rendered;
  /** Why some of the layers can't be edited. */
  readonly notes?: readonly string[];
}
