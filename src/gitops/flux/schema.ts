/** A HelmRelease as it stands in Git: nobody has checked that yet. */
import { z } from 'zod';
import type { HelmReleaseSpec } from './resources.ts';

const text = z.string().optional();
const texts = z.record(z.string(), z.string()).optional();
const sourceRef = z.looseObject({ kind: z.string(), name: z.string(), namespace: text });

const helmReleaseSpec = z.looseObject({
  releaseName: text,
  targetNamespace: text,
  chart: z
    .looseObject({
      spec: z.looseObject({
        chart: z.string(),
        version: text,
        sourceRef,
        valuesFiles: z.array(z.string()).optional(),
        reconcileStrategy: text,
      }),
    })
    .optional(),
  chartRef: sourceRef.optional(),
  values: z.record(z.string(), z.json()).optional(),
  valuesFrom: z
    .array(z.looseObject({ kind: z.string(), name: z.string(), valuesKey: text, targetPath: text, optional: z.boolean().optional() }))
    .optional(),
  postRenderers: z.array(z.looseObject({})).optional(),
  commonMetadata: z.looseObject({ labels: texts, annotations: texts }).optional(),
});

export function parseHelmReleaseSpec(spec: unknown): { readonly spec: HelmReleaseSpec } | { readonly refused: string } {
  const parsed = helmReleaseSpec.safeParse(spec);
  return parsed.success ? { spec: spec as HelmReleaseSpec } : { refused: z.prettifyError(parsed.error).split('\n').slice(0, 4).join(' ') };
}
