/**
 * What zod cannot say of a kind, said in CEL and judged by the API server.
 *
 * A rule sits on the schema that it is about (`.meta(rules(...))`) and ends up as `x-kubernetes-validations` of the CRD. Its message is what a
 * person reads when the API server refuses: what is wrong, and what to do. Lists, maps and strings that a rule reads are bounded, or the API
 * server refuses the CRD for the cost of the rule. No rule is laid on what a stranger's alert carries: intake would have to drop the alert.
 */

export interface Rule {
  readonly rule: string;
  readonly message: string;
  /** Which field the error points to, relative to the schema that holds the rule, such as `.end`. */
  readonly fieldPath?: string;
}

/** The metadata that carries rules through zod into the CRD. */
export const rules = (...list: readonly Rule[]): { readonly 'x-kubernetes-validations': readonly Rule[] } => ({
  'x-kubernetes-validations': list,
});

/** The whole struct stays as it was created. */
export const immutable = (message: string): Rule => ({ rule: 'self == oldSelf', message });

/** Whoever asked for an object once stays its requester. */
export const requesterIsKept: Rule = {
  rule: 'has(self.requestedBy) == has(oldSelf.requestedBy) && (!has(self.requestedBy) || self.requestedBy == oldSelf.requestedBy)',
  message: 'requestedBy says who made this object and cannot be changed; leave the field as it is',
};

/** Once set, an optional field keeps its value. */
export const setOnce = (field: string, message: string): Rule => ({
  rule: `!has(oldSelf.${field}) || (has(self.${field}) && self.${field} == oldSelf.${field})`,
  message,
  fieldPath: `.${field}`,
});

/** `type` names the one struct that is set: the structural form of a discriminated union. */
export const structNamedByType = (members: Readonly<Record<string, string>>): readonly Rule[] =>
  Object.entries(members).map(([type, field]) => ({
    rule: `(self.type == '${type}') == has(self.${field})`,
    message: `${field} is set when type is ${type}, and only then`,
    fieldPath: `.${field}`,
  }));
