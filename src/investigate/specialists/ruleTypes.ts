/**
 * What a rule may look at: the types behind the one variable `evidence`, as `docs/specialists.md` documents them.
 *
 * The expressions of teams depend on these names: fields are added, never renamed. A field that was not seen is absent: `has(pod.node)`
 * asks for it, and to read it all the same is an error of the rule. The library tells types apart by constructor, hence the classes.
 */
export const RULE_TYPES = {
  Evidence: {
    alerts: 'list<Alert>',
    workloads: 'list<Workload>',
    pods: 'list<Pod>',
    events: 'list<Event>',
    nodes: 'list<Node>',
    findings: 'list<Finding>',
    logTemplates: 'list<LogTemplate>',
    metrics: 'map<string, double>',
  },
  Alert: { name: 'string', severity: 'string', labels: 'map<string, string>' },
  Workload: {
    key: 'string',
    kind: 'string',
    namespace: 'string',
    name: 'string',
    labels: 'map<string, string>',
    desired: 'int',
    ready: 'int',
    updated: 'int',
    available: 'int',
    paused: 'bool',
    complete: 'bool',
    images: 'list<string>',
  },
  Pod: {
    key: 'string',
    namespace: 'string',
    name: 'string',
    workload: 'string',
    node: 'string',
    phase: 'string',
    reason: 'string',
    ready: 'bool',
    current: 'bool',
    deleting: 'bool',
    ageSeconds: 'int',
    restarts: 'int',
    containers: 'list<Container>',
  },
  Container: {
    name: 'string',
    role: 'string',
    image: 'string',
    ready: 'bool',
    restarts: 'int',
    waitingReason: 'string',
    lastExitCode: 'int',
    lastExitReason: 'string',
    memoryLimitBytes: 'int',
    memoryUsageBytes: 'int',
    cpuLimitMillicores: 'int',
    logLines: 'list<string>',
  },
  Event: {
    key: 'string',
    kind: 'string',
    namespace: 'string',
    name: 'string',
    type: 'string',
    reason: 'string',
    message: 'string',
    count: 'int',
    ageSeconds: 'int',
  },
  Node: { key: 'string', name: 'string', ready: 'bool', memoryPressure: 'bool', unschedulable: 'bool', labels: 'map<string, string>' },
  Finding: {
    analyzer: 'string',
    reason: 'string',
    kind: 'string',
    namespace: 'string',
    name: 'string',
    container: 'string',
    message: 'string',
    keys: 'list<string>',
  },
  LogTemplate: { key: 'string', query: 'string', object: 'string', template: 'string', count: 'int', change: 'string' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

type Types = typeof RULE_TYPES;
export type RuleTypeName = keyof Types;

/** The value in JavaScript of a type of CEL. */
type ValueOf<T> = T extends 'string'
  ? string
  : T extends 'bool'
    ? boolean
    : T extends 'int'
      ? bigint
      : T extends 'double'
        ? number
        : T extends `list<${infer Item}>`
          ? readonly ValueOf<Item>[]
          : T extends `map<string, ${infer Value}>`
            ? ReadonlyMap<string, ValueOf<Value>>
            : T extends RuleTypeName
              ? RuleObject<T>
              : never;

export type RuleObject<Name extends RuleTypeName> = { readonly [Field in keyof Types[Name]]?: ValueOf<Types[Name][Field]> | undefined };

type Constructor = new (values: object) => object;

export const RULE_CONSTRUCTORS: ReadonlyMap<string, Constructor> = new Map(
  Object.keys(RULE_TYPES).map((name) => [
    name,
    // The library asks for a constructor a type, and copies nothing itself.
    // oxlint-disable-next-line typescript/no-extraneous-class
    class {
      constructor(values: object) {
        Object.assign(this, values);
      }
    },
  ]),
);

/** An object as rules see it. */
export function ruleObject<Name extends RuleTypeName>(name: Name, values: RuleObject<Name>): RuleObject<Name> {
  const Type = RULE_CONSTRUCTORS.get(name) as Constructor;
  return new Type(values);
}
