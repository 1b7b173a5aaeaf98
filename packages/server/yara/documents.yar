// Documents and pictures that carry something that runs.

rule document_holds_a_program
{
  meta:
    id = "HF-0201"
    severity = "high"
    what = "Office or PDF document with a Windows program inside"
    reference = "https://attack.mitre.org/techniques/T1027/009/"
  strings:
    $stub = "This program cannot be run in DOS mode"
    $stub_win = "This program must be run under Win32"
    $word = "WordDocument" wide
    $excel = "Workbook" wide
    $slides = "PowerPoint Document" wide
    $native = "Ole10Native" wide
    $hex = "546869732070726f6772616d2063616e6e6f742062652072756e20696e20444f53206d6f6465" nocase
  condition:
    (uint32be(0) == 0xD0CF11E0 and any of ($word, $excel, $slides, $native) and any of ($stub, $stub_win))
    or (uint32be(0) == 0x25504446 and any of ($stub, $stub_win))
    or (uint32be(0) == 0x7B5C7274 and $hex)
}

rule macro_that_drops
{
  meta:
    id = "HF-0202"
    severity = "high"
    what = "Macro that runs by itself and starts or fetches something"
    reference = "https://attack.mitre.org/techniques/T1204/002/"
  strings:
    // One byte may stand between letters: MS-OVBA puts a flag byte before each eight tokens.
    $auto_open = { 41 [0-1] 75 [0-1] 74 [0-1] 6F [0-1] 4F [0-1] 70 [0-1] 65 [0-1] 6E }
    $auto_open2 = { 41 [0-1] 75 [0-1] 74 [0-1] 6F [0-1] 5F [0-1] 4F [0-1] 70 [0-1] 65 [0-1] 6E }
    $doc_open = { 44 [0-1] 6F [0-1] 63 [0-1] 75 [0-1] 6D [0-1] 65 [0-1] 6E [0-1] 74 [0-1] 5F [0-1] 4F [0-1] 70 [0-1] 65 [0-1] 6E }
    $book_open = { 57 [0-1] 6F [0-1] 72 [0-1] 6B [0-1] 62 [0-1] 6F [0-1] 6F [0-1] 6B [0-1] 5F [0-1] 4F [0-1] 70 [0-1] 65 [0-1] 6E }
    $shell = { 57 [0-1] 53 [0-1] 63 [0-1] 72 [0-1] 69 [0-1] 70 [0-1] 74 [0-1] 2E [0-1] 53 [0-1] 68 [0-1] 65 [0-1] 6C [0-1] 6C }
    $power = { 70 [0-1] 6F [0-1] 77 [0-1] 65 [0-1] 72 [0-1] 73 [0-1] 68 [0-1] 65 [0-1] 6C [0-1] 6C }
    $fetch = { 55 [0-1] 52 [0-1] 4C [0-1] 44 [0-1] 6F [0-1] 77 [0-1] 6E [0-1] 6C [0-1] 6F [0-1] 61 [0-1] 64 [0-1] 54 [0-1] 6F [0-1] 46 [0-1] 69 [0-1] 6C [0-1] 65 }
    $http = { 58 [0-1] 4D [0-1] 4C [0-1] 48 [0-1] 54 [0-1] 54 [0-1] 50 }
    $stream = { 41 [0-1] 44 [0-1] 4F [0-1] 44 [0-1] 42 [0-1] 2E [0-1] 53 [0-1] 74 [0-1] 72 [0-1] 65 [0-1] 61 [0-1] 6D }
    $save = { 53 [0-1] 61 [0-1] 76 [0-1] 65 [0-1] 54 [0-1] 6F [0-1] 46 [0-1] 69 [0-1] 6C [0-1] 65 }
    $module = "Attribut"
  condition:
    (uint32be(0) == 0xD0CF11E0 or $module)
    and any of ($auto_open, $auto_open2, $doc_open, $book_open)
    and (any of ($shell, $power, $fetch) or ($http and $save) or ($stream and $save))
}

rule script_in_picture
{
  meta:
    id = "HF-0203"
    severity = "high"
    what = "Picture with a script inside"
    reference = "https://cwe.mitre.org/data/definitions/434.html"
  strings:
    $php = /<\?php\s/ nocase
    $short = /<\?=\s{0,4}[`$@a-z_]/ nocase
    $asp = /<%@?\s{0,4}(page|language|eval|execute|import|response\.write|Runtime)\b/ nocase
    $script = /<script[\s>][^<]{1,2000}<\/script/ nocase
  condition:
    (uint32be(0) == 0x89504E47 or uint16be(0) == 0xFFD8 or uint32be(0) == 0x47494638
      or (uint32be(0) == 0x52494646 and uint32be(8) == 0x57454250) or uint16be(0) == 0x424D
      or uint32be(0) == 0x49492A00 or uint32be(0) == 0x4D4D002A or uint32be(0) == 0x00000100)
    and any of them
}

rule pdf_starts_something
{
  meta:
    id = "HF-0204"
    severity = "high"
    what = "PDF that starts a program or attacks a reader by script"
    reference = "https://attack.mitre.org/techniques/T1203/"
  strings:
    $launch = /\/Launch\b[^>]{0,400}(cmd\.exe|powershell|mshta|wscript|\/bin\/(ba)?sh|rundll32)/ nocase
    $script = /\/(JavaScript|JS)\b/
    $old1 = "Collab.collectEmailInfo"
    $old2 = "media.newPlayer"
    $old3 = /Collab\s{0,4}\.\s{0,4}getIcon\s{0,4}\(/
    $old4 = /util\s{0,4}\.\s{0,4}printf\s{0,4}\(\s{0,4}["']%45000/
    $sled = /unescape\s{0,4}\(\s{0,4}["'](%u[0-9a-f]{4}){4}/ nocase
  condition:
    uint32be(0) == 0x25504446 and ($launch or ($script and any of ($old1, $old2, $old3, $old4, $sled)))
}

rule rtf_attacks_the_reader
{
  meta:
    id = "HF-0205"
    severity = "critical"
    what = "RTF with an object that attacks the equation editor or another component"
    reference = "https://nvd.nist.gov/vuln/detail/CVE-2017-11882"
  strings:
    $object = /\\obj(data|update|ect)/
    $equation = "4571756174696f6e2e33" nocase
    $equation_id = "02ce020000000000c000000000000046" nocase
    $package = "5061636b616765" nocase
    $moniker = "e0c9ea79f9bace118c8200aa004ba90b" nocase
    $script = /(76627363726970743a|6a6176617363726970743a|2e73637400|2e687461)/ nocase
  condition:
    uint32be(0) == 0x7B5C7274 and $object and ($equation or $equation_id or $moniker or ($package and $script))
}

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
