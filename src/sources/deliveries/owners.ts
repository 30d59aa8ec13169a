/**
 * Which objects of GitOps engines say that they deploy a workload, by the marks that they put on it.
 *
 * A mark is a claim and no proof (anybody may set a label); it is enough to ask the engine's object what it did. Pure.
 */
import { z } from 'zod';

/** A place to look: `namespace` is absent where the mark does not say it. */
export interface EngineClaim {
  readonly kind: 'Kustomization' | 'HelmRelease' | 'Application';
  readonly namespace?: string | undefined;
  readonly name: string;
}

const marked = z.object({
  metadata: z.object({
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
  }),
});
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/u;

/** Each once, in the order of the objects. @param objects workloads as the API server gives them */
export function claimsOn(objects: readonly unknown[]): readonly EngineClaim[] {
  const claims = objects.flatMap((object) => {
    const { data } = marked.safeParse(object);
    const labels = data?.metadata.labels ?? {};
    return [
      ...flux('Kustomization', 'kustomize.toolkit.fluxcd.io', labels),
      ...flux('HelmRelease', 'helm.toolkit.fluxcd.io', labels),
      ...argo(labels, data?.metadata.annotations ?? {}),
    ];
  });
  const valid = claims.filter(({ name, namespace = 'x' }) => NAME.test(name) && NAME.test(namespace));
  return [...new Map(valid.map((claim) => [`${claim.kind}/${claim.namespace ?? ''}/${claim.name}`, claim])).values()];
}

type Marks = Readonly<Record<string, string>>;

function flux(kind: 'Kustomization' | 'HelmRelease', group: string, labels: Marks): EngineClaim[] {
  const [name, namespace] = [labels[`${group}/name`], labels[`${group}/namespace`]];
  return name === undefined || namespace === undefined ? [] : [{ kind, name, namespace }];
}

/** `shop:apps/Deployment:web/cart`, or `argocd_shop:...` for an Application outside of Argo CD's own namespace. */
function argo(labels: Marks, annotations: Marks): EngineClaim[] {
  const tracking = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0];
  const text = tracking ?? labels['argocd.argoproj.io/instance'];
  if (text === undefined) return [];
  const separator = text.indexOf('_');
  if (separator < 0) return [{ kind: 'Application', name: text }];
  return [{ kind: 'Application', namespace: text.slice(0, separator), name: text.slice(separator + 1) }];
}
