import { describeKilledPlaybooks } from '../../support/killed-playbooks.ts';

// One here; all ten are a soak (tests/soak/playbooks.test.ts).
describeKilledPlaybooks(['Injection attack']);
