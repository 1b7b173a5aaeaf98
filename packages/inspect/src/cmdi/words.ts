/** Program names that people hardly write in a sentence: after a separator they are a command whatever their arguments. */
export const PROGRAMS: ReadonlySet<string> = words(
  'whoami wget curl ifconfig ipconfig netstat uname nslookup ping ping6 traceroute tracert chmod chown bash zsh ksh csh ' +
    'tcsh nc ncat netcat powershell pwsh cmd systeminfo tasklist taskkill schtasks regsvr32 rundll32 certutil bitsadmin wmic ' +
    'mshta cscript wscript netsh arp nbtstat getmac crontab useradd adduser usermod passwd sudo mkfifo mknod telnet ssh scp ' +
    'tftp rsync socat awk gawk sed xargs nohup base64 xxd gunzip lynx printenv lsof iptables systemctl nmap dig mysqldump gcc ' +
    'perl python python2 python3 ruby php busybox mkdir rmdir icacls cacls attrib findstr vol ver phpinfo usr',
);
/** Short program names that are no English words, or hardly stand alone: a command when nothing or a plain argument follows. */
export const SHORT_PROGRAMS: ReadonlySet<string> = words(
  'id ls ps pwd dir df du rm cp mv sh vi wc tr ln su dd tac nl od egrep grep fgrep rpm apt yum reg env ftp',
);
/** Program names that are everyday words: a command only with an argument no sentence would give them. */
export const WORDY_PROGRAMS: ReadonlySet<string> = words(
  'cat tee copy dash del echo sleep find more less sort head tail date time timeout set type net at kill last touch test cut print printf top ' +
    'host mail man who w which whereis locate history export eval exec read source strings file stat mount shutdown reboot ' +
    'halt start ren move tree hostname finger node open users groups true false uptime expr alias split if for while ' +
    'uniq diff jobs watch killall make java diskpart format query',
);
/** Programs of Windows, which does not mind capitals. */
export const WINDOWS_PROGRAMS: ReadonlySet<string> = words(
  'dir ping ipconfig cmd powershell systeminfo tasklist netsh type netstat certutil whoami',
);
/** Functions by which a script language runs a command or code; they count with an argument that is data, not a name. */
export const EXECUTING_FUNCTIONS: RegExp =
  /(?:^|[^\w$>])@?(system|exec|passthru|shell_exec|popen|proc_open|pcntl_exec|eval|assert|phpinfo|print|create_function|call_user_func|os\.system|os\.popen|execfile|subprocess\.\w{1,16}|Runtime\.getRuntime\(\)\.exec|child_process\.\w{1,16}|require)\s{0,4}\(\s{0,4}(["'`$)\\]|base64_decode|chr\(|print\s{0,4}\(|phpinfo|gzinflate|str_rot13)/gi;

/** A set written as one blank-separated string, so that long lists stay readable. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
