import { isCmdlet, VERBS } from './powershell.ts';

/**
 * Program names that people hardly write in a sentence: after a separator they are a command whatever their arguments. They are the
 * utilities of POSIX.1-2024 §3, of the common Unix packages, and of Windows, without those that are everyday words.
 */
const PROGRAMS: ReadonlySet<string> = words(
  // Who and where am I.
  'whoami uname ifconfig ipconfig netstat lsof printenv getent lscpu lsblk lsmod lspci lsusb lshw dmidecode dmesg blkid hostnamectl ' +
    'timedatectl loginctl journalctl localectl systeminfo tasklist getmac nbtstat klist gpresult logname groupmems vmstat iostat ' +
    'mpstat pidstat sysctl runlevel findmnt neofetch htop pgrep pstree lastlog lastcomm utmpdump ipcs lslogins ' +
    // Networks.
    'wget curl lwp-request lwp-download lwp-dump wget2 aria2c axel ping6 traceroute traceroute6 tracert tracepath nslookup dig ' +
    'drill arping hping3 tcpdump tshark nmap masscan nc ncat netcat nc.traditional nc.openbsd socat telnet rlogin rsh rcp ssh sshd ' +
    'sshpass ssh-keygen ssh-keyscan ssh-copy-id ssh-agent scp sftp tftp ncftp lftp ftpget ftpput rsync iptables ip6tables iptables-save ' +
    'nft ufw firewall-cmd ethtool iwconfig brctl openssl ldapsearch smbclient rpcclient rdesktop xfreerdp iperf3 ' +
    'w3m lynx elinks aria2 mosh proxychains torsocks ngrok autossh mtr whois resolvectl nmcli nsenter tunctl arp pktmon ' +
    // Shells and interpreters.
    'bash zsh ksh csh tcsh dash ksh93 mksh rbash busybox toybox sudo sudoedit doas pkexec runuser runcon setarch setsid ' +
    'unshare xargs nohup timelimit stdbuf ionice taskset chrt chroot capsh nsjail fakeroot strace ltrace gdb gdbserver perf valgrind ' +
    'perl perl5 python python2 python3 ruby irb php php-cgi php-fpm php-cli lua luajit tclsh expect jrunscript jjs groovy nodejs ' +
    'deno bun jshell ghci scala pypy pypy3 ipython ipython3 rscript octave gawk mawk nawk awk sed gsed ' +
    // Packages, builds and databases.
    'apt-get apt-cache aptitude apt-key dpkg dpkg-query rpm rpmquery rpmbuild rpmdb rpmverify yum dnf zypper pacman pkg_add apk snapd ' +
    'brew pip3 pipenv npx npm yarn pnpm gem bundler cpan cpanm composer easy_install gcc g++ clang clang++ c89 c99 ld.so ' +
    'cmake makefile nasm javac mvn gradle rustc cobc ghc tcc mysql mysqldump mysqladmin psql pg_dump pg_dumpall sqlite3 redis-cli ' +
    'mongosh mongodump sqlcmd bcp sqlplus ansible ansible-playbook ansible-galaxy ansible-doc ansible-pull ansible-inventory ' +
    'ansible-test ansible-vault ansible-console chef-shell chef-client puppet terraform vagrant kubectl kubeadm docker dockerd ' +
    'docker-compose podman ctr crictl lxc lxd runc virsh qemu-img awscli gcloud gsutil az2 rclone s3cmd restic cscli msfconsole ' +
    'msfvenom sqlmap hydra msgattrib msgcat msgconv msgfilter msgmerge msguniq svn hg git svnadmin cowsay cowthink figlet ' +
    'aa-exec aa-disable aa-enforce aa-complain aa-unconfined aa-status apparmor_parser setenforce getenforce restorecon ' +
    // Files, texts and archives.
    'chmod chown chgrp chattr lsattr setfacl getfacl setcap getcap chsh chfn mkdir rmdir mktemp mkfifo mknod mkfs mkswap readlink ' +
    'realpath dirname basename fallocate shred symlink xdotool xxd hexdump base32 base64 basenc uuencode uudecode ' +
    'md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum crc32 gzip gunzip zcat zgrep zegrep zfgrep zless zmore zdiff ' +
    'bzip2 bunzip2 bzcat bzgrep bzless bzmore bzdiff bzegrep xz unxz xzcat xzgrep xzless xzmore xzdiff lzma unlzma lzcat lzgrep ' +
    'lzless zstd unzstd zstdcat zstdgrep zstdless lz4 lz4cat unlz4 pigz unpigz bsdtar bsdcat unzip zipinfo gzexe cpio ' +
    'rar unrar 7z 7za 7zr 7zz arj unarj unrar-free zrun genisoimage mkisofs egrep fgrep pgrep rgrep ripgrep ugrep ' +
    'nl2 tac csplit csvtool datamash iconv dos2unix unix2dos recode sdiff diff3 cmp xmllint xmlstarlet xmodmap jq yq ' +
    'vim vimdiff rvim rview gvim nvim emacs nano pico neovim tailf multitail logsave logrotate eqn troff groff ' +
    'nroff soelim tbl pandoc pdflatex xelatex lualatex dvips ghostscript pdftotext exiftool convert-im6 ffmpeg ffprobe ' +
    'mlocate updatedb whereis plocate fdfind inotifywait sysctl stty setterm tput resize2fs dumpe2fs debugfs ' +
    // Users, jobs and services.
    'useradd userdel usermod adduser deluser groupadd groupdel addgroup passwd chpasswd vipw vigr visudo gpasswd newgrp pwconv ' +
    'crontab atq atrm anacron systemctl systemd-run systemd-resolve initctl telinit chkconfig update-rc.d rc-service killall5 pkill ' +
    'skill renice nsupdate kadmin kinit mount.nfs umount losetup swapoff swapon modprobe insmod rmmod kexec grub-install ' +
    'poweroff sendmail mutt mailx procmail exim exim4 postfix xterm xvfb-run tmux byobu dbus-send gsettings ginsh ' +
    'facter multipass opkg openvpn openvt dstat dvips dmsetup cpulimit choom check_by_ssh check_cups check_log ' +
    'check_memory check_raid check_statusfile bpftrace batcat bconsole byebug capsh cpan ispell jtag lftp loginctl ' +
    'logsave ltrace mawk msgcat ncdu nsenter octave osascript pdb pexec pidstat pkexec psftp puttygen ' +
    'redcarpet run-mailcap run-parts rview sash scanmem sqlite3 sshd start-stop-daemon sysvinit taskset tasksh tclsh tdbtool ' +
    'tmate ulimit unalias unset umask usr uudecode vimtutor xdg-open xdg-user-dir xelatex xpad yash yelp zathura zsoelim ' +
    // More of the same kinds.
    'agetty aoss apache2ctl apachectl ascii-xfr ascii85 ash aspell atobm base58 basez cabal cdist certbot ' +
    'check_ssl_cert clamscan cupsfilter distcc dosbox dotnet efax elvish enscript espeak fping gcore gimp iftop ' +
    'ksu latexmk ldconfig luatex minicom multitime ntpdate pdftex perlbug readelf rlwrap rtorrent runscript scrot ' +
    'setlock slsh softlimit torify xetex unsquashfs update-alternatives varnishncsa whiptail xmore ifup ifdown netplan iwlist ' +
    'ipset ebtables nproc tzselect apropos whatis mandb chvt dumpkeys loadkeys chage lastb faillog newusers ' +
    'grpck pwck nologin dircolors numfmt mke2fs e2fsck fsck tune2fs hdparm smartctl fdisk sfdisk cfdisk ' +
    'parted gdisk partprobe mdadm cryptsetup blockdev badblocks swapon ldd objdump addr2line c++filt gprof ranlib ' +
    'elfedit gcov bison ctags cscope diffstat cvs bzr growisofs aplay arecord amixer alsamixer lsscsi ' +
    'setserial dhclient dhcpcd ifstat nload vnstat mii-tool wpa_cli hostapd rfkill bluetoothctl avahi-browse ntpq chronyc ' +
    'rndc nscd sssd auditctl ausearch aureport semanage setsebool chcon sestatus atd crond fcron logwatch ' +
    'syslogd rsyslogd httpd lighttpd mysqld mysqlcheck mysqlimport mysqlshow pg_ctl createdb dropdb createuser vacuumdb initdb ' +
    'mongod redis-server rabbitmqctl pidof prlimit fuser peekfd prtstat slabtop tload pmap pwdx vmtouch iotop ' +
    'atop btop glances bmon nethogs lsns lsipc lsirq lsfd uuidgen mcookie mkinitramfs dracut depmod ' +
    'modinfo lsinitramfs update-grub grub-mkconfig efibootmgr mokutil getsebool ssh-add gpg gpg2 gpgv kbxutil pinentry keyctl ' +
    'secret-tool dpkg-reconfigure debconf dselect tasksel add-apt-repository emerge equery ebuild slackpkg xbps-install nix-env nix-shell flatpak ' +
    'snapctl pkgutil softwareupdate launchctl dscl scutil networksetup pbcopy pbpaste osacompile plutil pmset diskutil hdiutil ' +
    'ditto mdfind sw_vers system_profiler airport caffeinate pfctl sockstat procstat truss dtrace dtruss ktrace kdump ' +
    'svcs svcadm prstat zlogin zoneadm lspv lsvg smit oslevel errpt tcpkill tcpflow ngrep ettercap ' +
    'arpspoof dnsenum dnsrecon fierce sublist3r gobuster dirb nikto wfuzz ffuf wpscan crackmapexec evil-winrm enum4linux ' +
    'nbtscan rpcinfo showmount onesixtyone snmpwalk snmpget ldapmodify chisel ligolo pspy linpeas lse.sh unicornscan zmap ' +
    'iwr iex irm iwmi icm gci gcm gps gwmi gsv saps spps sajb ipmo rvpa ' +
    'phpinfo vol ver rmt doas gtester hashcat pwsh plink pscp',
);

/** Programs of Windows, which does not mind capitals. */
export const WINDOWS_PROGRAMS: ReadonlySet<string> = words(
  'dism sfc wusa manage-bde mountvol nfsadmin ntbackup pathping perfmon pubprn qappsrv qprocess rasdial rasphone ' +
    'relog repair-bde setlocal endlocal slmgr tzutil unlodctr verifier w32tm wbadmin wdsutil wecutil winmsd auditpol ' +
    'autochk bootcfg browstat csvde dcdiag dcpromo dfsutil diskraid diruse dsacls dsrm dsmove eventcreate eventquery ' +
    'freedisk gpfixup iisreset ipseccmd ksetup ktpass ldifde lodctr lpq mapisend mbsacli mqbkup msinfo32 mstsc ' +
    'mapadmin netdom nlsfunc ocsetup pentnt prnmngr prndrvr prnport rpcping runas scwcmd secinit servermanagercmd setspn ' +
    'srvcheck subinacl tapicfg tlntadmn tsdiscon tsecimp tsprof tlist xcacls appcmd aspnet_regiis bash.exe certmgr cleanmgr ' +
    'compmgmt computerdefaults control.exe devcon dllhost eudcedit eventtriggers fodhelper fsquirt hnetcfg inetcpl klist leakdiag lpksetup ' +
    'lsass mmc ntoskrnl nvspbind openssh print.exe quickconfig regsvcs runonce sethc shrpubw sigverif slui snippingtool ' +
    'spoolsv svchost sysprep taskmgr tpmvscmgr tsshutdn userinit utilman wextract wiaacmgr winver wlrmdr wmiprvse workfolders ' +
    'wuapp xpsrchvw ' +
    'cd dir ping ipconfig cmd powershell pwsh systeminfo tasklist netsh type netstat certutil whoami taskkill schtasks regsvr32 regsvr ' +
    'rundll32 regedit regedt32 regini bitsadmin wmic mshta cscript wscript nbtstat getmac icacls cacls attrib findstr xcopy robocopy ' +
    'takeown vssadmin wevtutil fsutil bcdedit bcdboot diskpart diskshadow dsquery dsget dsadd dsmod nltest qwinsta rwinsta ' +
    'quser tskill tscon logoff gpupdate gpresult secedit cipher driverquery openfiles msiexec msbuild installutil regasm regsvcs ' +
    'cmstp odbcconf pcalua forfiles esentutl expand extrac32 makecab hh ieexec infdefaultinstall mavinject msxsl pcwrun presentationhost ' +
    'scriptrunner syncappvpublishingserver verclsid wsreset xwizard wsl certreq certoc cmdkey csc jsc ilasm dnscmd ' +
    'ftype assoc mklink setx subst chcp doskey typeperf logman tracerpt waitfor clip pnputil bcdsrv desktopimgdownldr diantz dnx dxcap ' +
    'eventvwr explorer fltmc gfxdownloadwrapper imewdbld ie4uinit msdeploy msdt ntdsutil pktmon printbrm psr rasautou ' +
    'sc sdbinst tttracer vbc wab winrm winrs wmiadap wuauclt conhost control appinstaller atbroker bginfo cdb devtoolslauncher ' +
    'sqltoolsps squirrel procdump psexec psexec64 pskill pslist psinfo psloggedon psservice ntsd rcsi tracker wfc wt zipfldr ' +
    'choco winget scoop adfind mimikatz nircmd chkdsk chkntfs compact convert defrag diskcomp doskey fc label md rd ren net1 net',
);

/** Of those, the ones people also write as words, names or abbreviations. */
const WINDOWS_WORDS: ReadonlySet<string> = words(
  'type expand control explorer compact convert label tracker clip net cipher fc md rd ren sc hh wt label wfc vbc csc jsc dnx psr cdb bginfo ' +
    'squirrel scoop wab subst assoc openfiles',
);

/** Short program names that are no English words, or hardly stand alone: a command when nothing or a plain argument follows. */
const SHORT_PROGRAMS: ReadonlySet<string> = words(
  'id ls ps pwd dir df du rm cp mv sh vi wc tr ln dd nl od grep reg env ftp tar md5 ksh xz vim nvi jq pg m4 nft rd ip6',
);

/** Program names that are everyday words: a command only with an argument no sentence would give them. */
const WORDY_PROGRAMS: ReadonlySet<string> = words(
  'cat tee copy dash del erase echo sleep find more less sort head tail date time timeout set type net ' +
    'at kill touch test cut print printf top host mail w which locate history export eval exec read source file ' +
    'stat mount shutdown reboot cd hostname finger users groups true false uptime expr alias uniq diff killall make java diskpart ' +
    'format who service systemd aptitude ftp netcat cmp tree strings look fold paste last start logname iconv ' +
    'rsync',
);

/** Program names that are met far more often as words of a sentence: a command only with options, paths or expansions. */
const ENGLISH_PROGRAMS: ReadonlySet<string> = words(
  'apt ip su ed ex ar pr gem pip git npm zip md fc bg fg sc hd nm ss tty ' +
    'bridge route crash dialog dc bc highlight joe julia links fish pic rc knife socket tex tic ul wish as ab eb alpine ld init sync eject ' +
    'co ci rcs indent flex mode replace verify recover shift now parallel pass tilt mosquitto wireshark volatility busctl view posh grc ' +
    'man halt ren move node open split jobs watch query join comm rev column expand unexpand shuf factor seq yes ' +
    'tsort ptx pinky hostid nice arch sum link unlink install cancel batch command builtin declare local typeset let trap logger ' +
    'script wall mesg talk free lp lpr patch ispell spell flock view pico tar zip rename rake pry snap task ' +
    'run-parts facter genie pushd popd red fmt csplit enable hash umask dirs shopt complete lex yacc cc strip size expect ' +
    'label clip tracker explorer compact cipher assoc subst bundle aws az ghost pax busctl ghc nasm apply cowsay',
);

/** Languages and shells: a command when they are handed code, a script or an option; else somebody's skills. */
const INTERPRETERS: ReadonlySet<string> = words(
  'bash zsh perl python python2 python3 ruby php powershell pwsh nodejs lua node java osascript groovy',
);

/** Programs that are also technologies: tags, skills and questions list them one after the other. */
const TECHNOLOGIES: ReadonlySet<string> = words(
  'mysql psql git svn hg docker podman kubectl terraform vagrant puppet ansible ' +
    'npm yarn pnpm brew gradle mvn maven composer deno bun scala octave vim nvim ' +
    'emacs nano gcc clang cmake rustc openssl nmap hydra sqlmap ffmpeg pandoc openvpn postfix exim sendmail mutt tmux ' +
    'yelp mosh helm redis-cli jq',
);

/** Words that take a whole command line as their arguments. */
export const PREFIXES: ReadonlySet<string> = words(
  'time env sudo doas nohup exec command builtin nice timeout xargs strace ltrace setsid stdbuf watch busybox toybox eval chroot unshare ' +
    'do coproc ionice taskset pkexec fakeroot proxychains start call script flock',
);

/** Programs that only tell what machine and account this is: the first thing an attacker asks, and nobody else in a form field. */
export const RECONNAISSANCE: ReadonlySet<string> = words(
  'whoami uname ifconfig ipconfig netstat printenv systeminfo tasklist lsof lscpu lsblk lsmod getent phpinfo',
);

/** Interpreters and compilers that are installed under names with their version: `python3.10`, `gcc-12`. */
const VERSIONED: ReadonlySet<string> = words('python perl php ruby gcc g++ clang lua tclsh node java pip pypy ksh zsh cpp gdb');

/** Second words that programs of several commands share. */
export const SUBCOMMANDS: ReadonlySet<string> = words(
  'install list exec collection plugin clone daemon-reload passwd shadow start stop restart',
);

/**
 * Names of parameters that applications hand to a shell or that testers call so. What stands there is read as a command with less proof.
 */
export const EXECUTED_NAMES: ReadonlySet<string> = words(
  'cmd command commands exec execute exe run shell rce system sys ping cli bash sh powershell process proc daemon payload cmdline cmd_line ' +
    'command_line commandline func_exec docmd xcmd c0mmand',
);

/** Functions by which a script language runs a command or code; they count with an argument that is data, not a name. */
export const EXECUTING_FUNCTIONS: RegExp =
  /(?:^|[^\w$>])@?(system|exec|passthru|shell_exec|popen|proc_open|pcntl_exec|eval|assert|phpinfo|print|create_function|call_user_func|os\.system|os\.popen|execfile|subprocess\.\w{1,16}|Runtime\.getRuntime\(\)\.exec|child_process\.\w{1,16}|require)\s{0,4}\(\s{0,4}(["'`$)\\]|base64_decode|chr\(|print\s{0,4}\(|phpinfo|gzinflate|str_rot13)/gi;

/** What a word means to a shell, from the least doubtful to the most. */
export type ProgramKind = 'program' | 'short' | 'interpreter' | 'wordy' | 'english';

/** A name in several lists is as certain as the most doubtful of them says. */
const KINDS: ReadonlyMap<string, ProgramKind> = new Map([
  ...entries(WINDOWS_PROGRAMS, 'program'),
  ...entries(PROGRAMS, 'program'),
  ...entries(SHORT_PROGRAMS, 'short'),
  ...entries(WINDOWS_WORDS, 'english'),
  ...entries(ENGLISH_PROGRAMS, 'english'),
  ...entries(TECHNOLOGIES, 'english'),
  ...entries(WORDY_PROGRAMS, 'wordy'),
  ...entries(INTERPRETERS, 'interpreter'),
]);

/** The letters that names of programs, of commands of PowerShell and of prefixes begin with: what begins otherwise names none. */
export const NAME_STARTS: readonly string[] = [...KINDS.keys(), ...PREFIXES, ...VERSIONED, ...VERBS];

/** How certainly a word in lower case names a program; undefined when it names none. */
export function programKind(word: string): ProgramKind | undefined {
  const kind = KINDS.get(word);
  if (kind !== undefined) return kind;
  if (word.includes('-') && isCmdlet(word)) return 'program';
  const last = word.charCodeAt(word.length - 1);
  if (last < 48 || last > 57) return undefined;
  const version = /^([a-z+]{2,8})[-.]?\d[\d.]{0,8}$/.exec(word);
  return version !== null && VERSIONED.has(version[1] ?? '') ? 'interpreter' : undefined;
}

function entries(names: ReadonlySet<string>, kind: ProgramKind): readonly (readonly [string, ProgramKind])[] {
  return [...names].map((name) => [name, kind] as const);
}

/** A set written as one blank-separated string, so that long lists stay readable. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
