// Programs and scripts that steal, dig or lock.
// None is of a file of 4 MB or more: those are not searched for these.

rule pe_writes_into_other_programs
{
  meta:
    id = "HF-0302"
    severity = "high"
    what = "Windows program that writes itself into another one"
    reference = "https://attack.mitre.org/techniques/T1055/"
  strings:
    $a = "VirtualAllocEx"
    $b = "WriteProcessMemory"
    $c = "CreateRemoteThread"
    $d = "NtUnmapViewOfSection"
    $e = "SetThreadContext"
    $f = "QueueUserAPC"
  condition:
    filesize < 4MB and uint16(0) == 0x5A4D and $b and ($a or $d) and any of ($c, $e, $f)
}

rule ransom_note
{
  meta:
    id = "HF-0303"
    severity = "high"
    what = "Note that asks for money for files"
    reference = "https://attack.mitre.org/techniques/T1486/"
  strings:
    $locked = /(all\s{1,4})?(of\s{1,4})?your\s{1,4}(important\s{1,4}|personal\s{1,4})?(files|data|documents|network|servers)\s{1,4}(have|has|were|are|was)\s{1,4}(been\s{1,4})?(encrypted|locked|stolen)/ nocase
    $pay = /(bitcoin|monero|\bBTC\b|\bXMR\b|ransom)/ nocase
    $onion = /[a-z2-7]{16,56}\.onion/ nocase
    $tor = "torproject.org" nocase
    $key = /(decrypt(ion|or)?\s{1,4}(key|tool|software|program)|private\s{1,4}key|personal\s{1,4}id)/ nocase
    $warn = /(do\s{1,4}not|don't)\s{1,4}(rename|modify|try\s{1,4}to\s{1,4}decrypt|use\s{1,4}third|contact\s{1,4}the\s{1,4}police)/ nocase
  condition:
    filesize < 64KB and $locked and $warn and 2 of ($pay, $onion, $tor, $key)
}

rule miner_in_script
{
  meta:
    id = "HF-0304"
    severity = "medium"
    what = "Script that digs for coins in the browser"
    reference = "https://attack.mitre.org/techniques/T1496/"
  strings:
    $lib = /\b(CoinHive|CryptoLoot|CRLT|deepMiner|Coinimp|webminepool|CryptoNoter)\s{0,4}\.\s{0,4}(Anonymous|User|Token|Init)\s{0,4}\(/
    $pool = /(stratum\+(tcp|ssl):\/\/|wss:\/\/[^"'\s]{1,80}\/?(proxy|pool)[^"'\s]{0,40})/ nocase
    $algo = /\b(cryptonight|randomx|cn\/r|cn-heavy)\b/ nocase
    $start = /\.\s{0,4}start\s{0,4}\(/
    $worker = /new\s{1,4}Worker\s{0,4}\(/
    $wasm = "WebAssembly"
    $throttle = "setThrottle"
  condition:
    filesize < 4MB and (($lib and $start) or ($pool and $algo and any of ($worker, $wasm, $throttle)))
}

rule script_fetches_and_runs
{
  meta:
    id = "HF-0305"
    severity = "high"
    what = "Script that fetches something and runs it, out of sight"
    reference = "https://attack.mitre.org/techniques/T1059/001/"
  strings:
    $hidden = /powershell(\.exe)?["']?\s[^\n]{0,200}\s-{1,2}(w(indowstyle)?\s{1,4}(h|hidden|1)\b|enc(odedcommand)?\s{1,4}[A-Za-z0-9+\/=]{40}|e\s{1,4}[A-Za-z0-9+\/=]{40})/ nocase
    $fetch = /(DownloadString|DownloadFile|DownloadData|Invoke-WebRequest|Start-BitsTransfer|FromBase64String)/ nocase
    $iex = /(\bIEX\b|Invoke-Expression|\.Invoke\s{0,4}\()/ nocase
    $encoded = /powershell(\.exe)?["']?\s[^\n]{0,200}\s-{1,2}e(nc|ncodedcommand)?\s{1,4}[A-Za-z0-9+\/=]{100}/ nocase
    $shell = /WScript\.Shell/ nocase
    $run = /\.\s{0,4}Run\s{0,4}\(?\s{0,4}["'](cmd|powershell|mshta|rundll32|regsvr32)/ nocase
  condition:
    filesize < 2MB and ($encoded or ($hidden and $fetch and $iex) or ($shell and $run))
}

rule reverse_shell
{
  meta:
    id = "HF-0306"
    severity = "critical"
    what = "Script that opens a shell to somebody else"
    reference = "https://attack.mitre.org/techniques/T1059/004/"
  strings:
    $bash = /(ba|z|k)?sh\s{1,4}-i\s{0,4}(>|<|[0-9]>)&?\s{0,4}[^\n]{0,20}\/dev\/(tcp|udp)\/[0-9A-Za-z$][^\n]{1,80}/
    $exec = /exec\s{1,4}[0-9]{1,3}<>\s{0,4}\/dev\/(tcp|udp)\/[0-9A-Za-z$]/
    $fifo = /mkfifo\s[^\n]{1,80}\|\s{0,4}(\/bin\/)?(ba)?sh\s{1,4}-i[^\n]{0,40}\|\s{0,4}(nc|ncat|openssl)\b/
    $nc = /\bnc(at)?\s[^\n|]{0,60}-[a-z]{0,4}[ec]\s{1,4}["']?(\/bin\/(ba)?sh|cmd(\.exe)?)\b/
    $python_socket = /socket\.socket\s{0,4}\(/
    $python_dup = /os\.dup2\s{0,4}\(\s{0,4}\w{1,20}\.fileno\s{0,4}\(/
    $python_shell = /(pty\.spawn|subprocess\.(call|run|Popen))\s{0,4}\(\s{0,4}\[?\s{0,4}["'](\/bin\/)?(ba)?sh/
    $php_sock = /\$\w{1,20}\s{0,4}=\s{0,4}@?fsockopen\s{0,4}\(/
    $php_run = /\b(shell_exec|exec|proc_open|popen|system)\s{0,4}\(\s{0,4}["'][^"']{0,40}sh\b[^"']{0,20}(-i|<&\d|0<)/
  condition:
    filesize < 2MB and (any of ($bash, $exec, $fifo, $nc) or ($python_socket and $python_dup and $python_shell) or ($php_sock and $php_run))
}

rule script_collects_credentials
{
  meta:
    id = "HF-0307"
    severity = "high"
    what = "Script that collects saved passwords and sends them away"
    reference = "https://attack.mitre.org/techniques/T1555/003/"
  strings:
    $login = /[\\\/]Login Data\b/
    $cookies = /(cookies\.sqlite|logins\.json|key4\.db|Network[\\\/]Cookies)/
    $wallet = /(wallet\.dat|Local Extension Settings|Exodus|Electrum[\\\/]wallets)/
    $store = /(Local Storage[\\\/]leveldb|CryptUnprotectData|Local State)/
    $keys = /\.(ssh[\\\/]id_(rsa|ed25519)|aws[\\\/]credentials|docker[\\\/]config\.json|npmrc)/
    $hook = /(discord(app)?\.com\/api\/webhooks\/|api\.telegram\.org\/bot)/ nocase
    $post = /(requests\.post|XMLHttpRequest|fetch\s{0,4}\(|curl\s[^\n]{0,80}(-d|-F|--data|-T|--upload-file)\b|UploadFile|UploadString|smtplib)/
  condition:
    filesize < 2MB and (($hook and 2 of ($login, $cookies, $wallet, $store, $keys)) or ($post and 3 of ($login, $cookies, $wallet, $store, $keys)))
}
