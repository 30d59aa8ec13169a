export const restartWorkload = {
  summary: 'Makes the pods of a workload anew, a few at a time, as kubectl rollout restart does.',
};
