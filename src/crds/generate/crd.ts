/** The CustomResourceDefinition of a kind. */
import { CATEGORY, GROUP } from '../common.ts';
import type { KindDefinition, PrinterColumn } from '../definitions.ts';
import { type Manifest, partOf } from '../manifest.ts';
import { type StructuralSchema, structuralSchema } from './structural.ts';

const metadataSchemas = {
  apiVersion: { type: 'string', description: 'Version of the API that this object is written in.' },
  kind: { type: 'string', description: 'Kind of this object.' },
  metadata: { type: 'object' },
} as const satisfies Record<string, StructuralSchema>;

function crdName({ resource }: KindDefinition): string {
  return `${resource.plural}.${GROUP}`;
}

export function objectSchema(definition: KindDefinition): StructuralSchema {
  const { resource, singular, description, spec, status, statusWriter } = definition;
  return {
    description,
    type: 'object',
    required: ['spec'],
    properties: {
      ...metadataSchemas,
      spec: {
        ...structuralSchema(spec, `${resource.kind}.spec`),
        description: 'What people, or intake on behalf of an alert, say.',
      },
      status: {
        ...structuralSchema(status, `${resource.kind}.status`),
        description: `What Agent-SRE found. All of it is written by the ${statusWriter} alone, by server-side apply as field manager agent-sre-${singular}.`,
      },
    },
  };
}

export function customResourceDefinition(definition: KindDefinition): Manifest {
  const { resource, singular, shortName, columns } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: crdName(definition), labels: partOf },
    spec: {
      group: GROUP,
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular,
        shortNames: [shortName],
        categories: [CATEGORY],
      },
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: resource.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns.map(printerColumn),
          schema: { openAPIV3Schema: objectSchema(definition) },
        },
      ],
    },
  };
}

function printerColumn({ wide, ...shown }: PrinterColumn): unknown {
  return wide === true ? { ...shown, priority: 1 } : shown;
}
