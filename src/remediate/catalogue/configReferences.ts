/** Where a pod template refers to ConfigMaps and to keys of them: variables, whole environments, volumes and what is projected into them. */
import type { ConfigMapSource, Container, PodTemplate } from '../../gitops/resources.ts';
import type { FieldPath } from '../../gitops/yaml/document.ts';

export interface ConfigReference {
  readonly configMap: string;
  readonly key?: string;
  readonly namePath: FieldPath;
  readonly keyPath?: FieldPath;
}

const SPEC = ['spec', 'template', 'spec'] as const;

export function configReferences({ spec }: PodTemplate): readonly ConfigReference[] {
  const containers = [
    ...(spec?.containers ?? []).map((container) => ofContainer('containers', container)),
    ...(spec?.initContainers ?? []).map((container) => ofContainer('initContainers', container)),
  ];
  const volumes = (spec?.volumes ?? []).flatMap(({ name, configMap, projected }) => {
    const at: FieldPath = [...SPEC, 'volumes', { key: 'name', value: name }];
    const sources = (projected?.sources ?? []).flatMap((source, index) =>
      ofSource(source.configMap, [...at, 'projected', 'sources', index, 'configMap']),
    );
    return [...ofSource(configMap, [...at, 'configMap']), ...sources];
  });
  return [...containers.flat(), ...volumes];
}

function ofContainer(list: string, { name, env = [], envFrom = [] }: Container): readonly ConfigReference[] {
  const at: FieldPath = [...SPEC, list, { key: 'name', value: name }];
  const variables = env.flatMap((variable) => {
    const { name: configMap, key } = variable.valueFrom?.configMapKeyRef ?? {};
    const ref: FieldPath = [...at, 'env', { key: 'name', value: variable.name }, 'valueFrom', 'configMapKeyRef'];
    return configMap === undefined || key === undefined ? [] : [{ configMap, key, namePath: [...ref, 'name'], keyPath: [...ref, 'key'] }];
  });
  const whole = envFrom.flatMap(({ configMapRef }, index) =>
    configMapRef?.name === undefined ? [] : [{ configMap: configMapRef.name, namePath: [...at, 'envFrom', index, 'configMapRef', 'name'] }],
  );
  return [...variables, ...whole];
}

function ofSource(source: ConfigMapSource | undefined, at: FieldPath): readonly ConfigReference[] {
  if (source?.name === undefined) return [];
  const { name: configMap, items = [] } = source;
  const namePath = [...at, 'name'];
  return [
    { configMap, namePath },
    ...items.map(({ key }, index) => ({ configMap, key, namePath, keyPath: [...at, 'items', index, 'key'] })),
  ];
}
