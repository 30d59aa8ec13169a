import { describe, expect, test } from 'vitest';
import { celList } from '../../../src/crds/admission/cel.ts';
import { admissionDrift, renderAdmission, renderValidation } from '../../../src/crds/admission/render.ts';
import { defaultInstallation } from '../../../src/crds/installation.ts';

describe('renderAdmission', () => {
  test('trusts the accounts of the given namespace, and no others', () => {
    const text = JSON.stringify(renderAdmission({ ...defaultInstallation, namespace: 'ops' }));
    expect(text).toContain('system:serviceaccount:ops:agent-sre-executor');
    expect(text).not.toContain('system:serviceaccount:agent-sre:');
  });

  test('binds every policy, and refuses where one cannot be evaluated', () => {
    const manifests = renderAdmission();
    const policies = manifests.filter(({ kind }) => kind.endsWith('Policy'));
    const bindings = manifests.filter(({ kind }) => kind.endsWith('Binding'));
    expect(bindings.map(({ spec }) => (spec as { policyName: string }).policyName)).toEqual(policies.map(({ metadata }) => metadata.name));
    expect(policies.filter(({ spec }) => (spec as { failurePolicy: string }).failurePolicy !== 'Fail')).toEqual([]);
  });
});

describe('admissionDrift', () => {
  const wanted = renderValidation();
  const [first] = wanted;
  const softened = { spec: { ...(first?.spec as object), failurePolicy: 'Ignore' } };

  test.each<{ readonly name: string; readonly live: Parameters<typeof admissionDrift>[1]; readonly want: readonly string[] }>([
    { name: 'is silent when all is as it was installed', live: (manifest) => structuredClone(manifest), want: [] },
    {
      name: 'names what is missing',
      live: (manifest) => (manifest === first ? undefined : manifest),
      want: [`ValidatingAdmissionPolicy ${String(first?.metadata.name)} is missing: apply config/admission`],
    },
    {
      name: 'names what was changed, though it is still there',
      live: (manifest) => (manifest === first ? softened : manifest),
      want: [`ValidatingAdmissionPolicy ${String(first?.metadata.name)} is not as it was installed: apply config/admission again`],
    },
  ])('$name', ({ live, want }) => {
    expect(admissionDrift(wanted, live)).toEqual(want);
  });
});

test('a name with a quote in it does not leave its CEL string', () => {
  expect(celList(["a' || true || '", 'b\\'])).toBe("['a\\' || true || \\'', 'b\\\\']");
});
