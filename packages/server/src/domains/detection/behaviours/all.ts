import { impossibleTravel } from './accounts/b03-impossible-travel.ts';
import { sessionHijack } from './accounts/b04-session-hijack.ts';
import { accountTakeover } from './accounts/b06-account-takeover.ts';
import { dormantAdmin } from './accounts/b08-dormant-admin.ts';
import { tokenMisuse } from './accounts/b11-token-misuse.ts';
import { firstSeen } from './accounts/b12-first-seen.ts';
import type { BehaviourDefinition } from './behaviour.ts';
import { exfiltrationVolume } from './requests/b07-exfiltration-volume.ts';
import { idEnumeration } from './requests/b05-id-enumeration.ts';
import { credentialStuffing } from './sign-in/b01-credential-stuffing.ts';
import { mfaFatigue } from './sign-in/b09-mfa-fatigue.ts';
import { passwordSpray } from './sign-in/b02-password-spray.ts';
import { usernameEnumeration } from './sign-in/b10-username-enumeration.ts';

/** Every behaviour that the watch runs, in the order in which people see them. */
export const ALL_BEHAVIOURS: readonly BehaviourDefinition[] = [
  credentialStuffing,
  passwordSpray,
  impossibleTravel,
  sessionHijack,
  idEnumeration,
  accountTakeover,
  exfiltrationVolume,
  dormantAdmin,
  mfaFatigue,
  usernameEnumeration,
  tokenMisuse,
  firstSeen,
];
