// Documents and pictures that carry something that runs.

rule office_reaches_out_to_run
{
  meta:
    id = "HF-0206"
    severity = "high"
    what = "Office part that starts a program or fetches one"
    reference = "https://nvd.nist.gov/vuln/detail/CVE-2022-30190"
  strings:
    $msdt = /ms-msdt:\/?(id|-id)?/ nocase
    $browse = "IT_BrowseForFile" nocase
    $external = /Target\s{0,4}=\s{0,4}["'](mhtml:|https?:\/\/[^"']{1,400}!|file:\/\/\/\\\\)[^"']{0,400}["'][^>]{0,200}TargetMode\s{0,4}=\s{0,4}["']External/ nocase
    $dde = /\bDDE(AUTO)?\b\s{0,8}["']?\s{0,4}(c:\\{1,4}windows\\{1,4}system32|cmd(\.exe)?\b|powershell|mshta|MSEXCEL\\)/ nocase
    $cell = /[=+@-](cmd|powershell|mshta|rundll32|msexcel)\s{0,4}\|\s{0,4}['"]?[^!\n]{1,200}!/ nocase
  condition:
    ($msdt and $browse) or any of ($external, $dde, $cell)
}
