/** Verbs of the PowerShell naming convention under which its dangerous commands stand. */
export const VERBS: ReadonlySet<string> = new Set(
  (
    'add clear compress connect convertfrom convertto copy debug disable enable enter expand export find format get import install ' +
    'invoke measure move new out outvariable pop push read receive register remove rename resolve restart resume save select send set ' +
    'show split start stop submit suspend tee test trace unblock unregister update use wait write'
  ).split(' '),
);
/** Nouns of its built-in commands; `start-up` and `set-top` have none of them. */
const NOUNS: ReadonlySet<string> = new Set(
  (
    'acl adcomputer addomain adgroup adgroupmember aduser alias asyncjob authenticodesignature bitstransfer childitem cimclass ciminstance ' +
    'cimmethod clipboard command computer computerinfo content counter credential csv customobject date diagnostics dnsclientcache dnsname ' +
    'drive error event eventlog executionpolicy expression file formatdata help history host hotfix html item itemproperty job json ' +
    'localgroup localgroupmember localuser location mailmessage member module mppreference netadapter netconnection netfirewallprofile ' +
    'netfirewallrule netipaddress netipconfiguration netroute nettcpconnection odbcdriver package packageprovider pfxcertificate ' +
    'printer process psbreakpoint psdrive psprovider psrepository psscheduledjob pssession psremoting random restmethod rootcertificate ' +
    'scheduledtask scheduledtaskaction securestring service sleep smbshare string timezone trace transcript type user variable ' +
    'verbose warning webproxy webrequest webserviceproxy windowsfeature winevent wmievent wmimethod wmiobject wsman wsmaninstance xml zip'
  ).split(' '),
);

/** True for the name of a PowerShell command in lower case: an approved verb and a noun of the system. */
export function isCmdlet(word: string): boolean {
  const dash = word.indexOf('-');
  return dash > 0 && VERBS.has(word.slice(0, dash)) && NOUNS.has(word.slice(dash + 1));
}
