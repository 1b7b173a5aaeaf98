import { describeKilledPlaybooks } from '../support/killed-playbooks.ts';

/** All of a release: some eighty starts of the server. */
describeKilledPlaybooks([
  'Account taken over',
  'Credential stuffing',
  'Data taken out',
  'Injection attack',
  'Administrator against us',
  'Leaked secret',
  'Lost availability',
  'Malicious upload',
  'Ransomware or defacement',
  'Vulnerable dependency',
]);
