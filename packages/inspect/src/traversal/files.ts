/** Folders with the names in them that an attacker asks for; `*` takes whatever lies there. */
const FOLDERS: readonly (readonly [folder: string, names: string])[] = [
  [
    'etc',
    'passwd shadow gshadow master group hosts issue motd fstab mtab exports crontab cron resolv ssh ssl apache apache2 httpd nginx lighttpd haproxy squid mysql postgresql redis php php4 php5 php7 my init profile bash bashrc sudoers sudoers.d security vsftpd proftpd proftp pure-ftpd ftpd ftpaccess chrootusers wu-ftpd logrotate ftpchroot hostname hosts.allow hosts.deny redhat-release debian_version os-release lsb-release at inetd xinetd services networks network netplan openvpn wireguard ipsec ppp samba snmp ldap openldap pam pam.d kubernetes docker ansible tomcat tomcat7 tomcat8 tomcat9 environment aliases anacrontab dovecot postfix exim exim4 mail sysconfig sysctl modules default rc rc.local rc.d login.defs subuid subgid krb5 ld wpa_supplicant networkmanager',
  ],
  [
    'proc',
    'self thread-self version cpuinfo meminfo mounts net interrupts cmdline sched_debug kallsyms kcore kmsg modules filesystems partitions stat swaps uptime loadavg devices iomem ioports key-users crypto sys config bus driver fs scsi tty',
  ],
  ['sys', 'class kernel firmware devices fs/cgroup module'],
  ['dev', 'random urandom zero kmsg mem shm fd/ tcp/ sda stdin stdout tty'],
  [
    'root',
    '.ssh .bash_history .bashrc .profile .mysql_history .aws .kube .docker .viminfo .npmrc .gnupg .config .cache .gitconfig .netrc bash_history anaconda-ks',
  ],
  ['run', 'secrets docker.sock containerd'],
  [
    'var',
    'log mysql cpanel adm run spool www/logs www/log lib/mysql lib/pgsql lib/postgresql lib/docker lib/kubelet lib/jenkins lib/cloud lib/dhcp lib/tomcat backups mail cache/debconf',
  ],
  [
    'usr',
    'local/apache local/apache2 local/php local/etc local/nginx local/mysql local/tomcat local/pgsql local/lib/php local/cpanel etc lib/security pkgsrc ports sbin home/.ssh',
  ],
  ['opt', 'apache apache2 lampp xampp tomcat bitnami jboss nginx homebrew/etc'],
  ['boot', 'grub grub2'],
  ['private', 'etc var'],
  ['library', 'webserver keychains preferences/systemconfiguration'],
  ['users', 'administrator'],
  ['volumes', 'macintosh_hd1 webbackup'],
  [
    'windows',
    'system32 syswow64 win repair php system debug panther temp sysprep iis iis6 iis7 explorer notepad odbc windowsupdate setupapi setuperr setupact softwaredistribution servicepackfiles system.ini',
  ],
  ['winnt', 'system32 win php repair system debug'],
  ['nt', 'system32'],
  ['system32', 'drivers config inetsrv logfiles cmd license eula winevt'],
  ['inetpub', 'wwwroot logs history ftproot mailroot adminscripts temp'],
  ['apache', 'logs conf php bin'],
  ['apache2', 'logs conf bin'],
  ['httpd', 'logs conf'],
  ['nginx', 'logs conf nginx.conf'],
  ['xampp', 'apache mysql php htdocs filezillaftp phpmyadmin security tomcat'],
  ['wamp', 'bin logs www'],
  ['wamp64', 'bin logs www'],
  ['appserv', 'www mysql apache'],
  ['mysql', 'data bin my.ini'],
  ['php', 'ini php.ini'],
  ['settings', 'administrator'],
  ['programdata', 'microsoft mysql ssh'],
  ['secrets', 'kubernetes.io'],
  ['serviceaccount', 'token'],
];

/** Folders that are words of other worlds: they count where a path leads out of its folder, or starts at the root of a disk. */
export const COMMON_FOLDERS: ReadonlySet<string> = new Set(
  'run opt dev boot private var usr sys users library php mysql apache nginx httpd settings secrets serviceaccount volumes windows'.split(
    ' ',
  ),
);
/** Of those, the ones at the root of every Unix system. */
export const ROOT_FOLDERS: ReadonlySet<string> = new Set('run opt dev boot private var usr sys volumes'.split(' '));

/** Of those, the ones that no path of a site starts with. */
export const SERVER_FOLDERS: ReadonlySet<string> = new Set(['var', 'usr', 'sys']);

/** Names that are sensitive wherever they lie: nobody serves them, and no sentence needs them as a path. */
const NAMES =
  'boot.ini win.ini web.config web.xml web-inf meta-inf .htaccess .htpasswd .htgroup .ssh id_rsa id_dsa id_ecdsa id_ed25519 authorized_keys authorized_keys2 known_hosts php.ini my.ini my.cnf .my.cnf httpd.conf httpd-vhosts.conf apache2.conf cmd.exe global.asa global.asax localstart.asp wp-config.php wp-config .git .svn .hg .bzr .env .aws system.ini autoexec.bat access_log error_log desktop.ini boot.ini.bak config.inc.php .npmrc .pypirc .dockerenv docker.sock .dockercfg .docker .kube .azure .gcloud .s3cfg .netrc _netrc .pgpass .git-credentials .terraform terraform.tfstate terraform.tfvars ntuser.dat ntuser.ini unattend.xml unattended.xml sysprep.inf sysprep.xml web-infweb.xml .gnupg .vault-token .rhosts .shosts .bash_history .sh_history .zsh_history .ash_history .mysql_history .psql_history .sqlite_history .python_history .node_repl_history .php_history .rediscli_history .irb_history .esmtprc .fetchmailrc .procmailrc master.key localsettings.php configuration.php settings.inc.php database.inc.php db.inc.php config.php.bak web.config.bak applicationhost.config machine.config tomcat-users.xml catalina.out standalone.xml jboss-web.xml shadow.bak passwd.bak ntds.dit pagefile.sys hiberfil.sys cloud.cfg backup.sql dump.sql database.sql db.sql backup.sql.gz backup.sql.zip dump.sql.gz';
/** Words of other worlds too: they count only at the end of a way out of the folder. */
const WEAK_NAMES =
  '.bashrc .bash_profile .bash_logout .zshrc .viminfo .gitconfig .ds_store .mozilla .thunderbird .lesshst .yarnrc server.xml context.xml credentials.xml shadow sam passwd netstat regedit repair hosts secring.gpg application.properties application.yml application.yaml bootstrap.yml appsettings.json database.yml secrets.yml credentials settings.py local_settings.py parameters.yml config.php config.yml config.json config.js package.json composer.json dockerfile docker-compose.yml docker-compose.yaml makefile gemfile manage.py app.py server.js index.js main.py config.ini db.php database.php connection.php syslog auth.log messages secure dmesg wtmp utmp lastlog faillog access.log error.log debug.log laravel.log history';

function sequencesOf([folder, names]: readonly [string, string]): readonly (readonly string[])[] {
  return names.split(' ').map((name) => [folder, ...name.split('/').filter((part) => part !== '')]);
}

/** What tells sequences of one folder apart soonest: the first letter after it, dots left out. */
export function initialOf(name: string): string {
  return name.replace(/^\.+/, '').charAt(0);
}

/** Sequences of names, by the first one and the letter after it; what stands between may be any separator or noise. */
export const SEQUENCES: ReadonlyMap<string, ReadonlyMap<string, readonly (readonly string[])[]>> = new Map(
  FOLDERS.map((entry) => [entry[0], Map.groupBy(sequencesOf(entry), (sequence) => initialOf(sequence[1] ?? ''))]),
);
export const SENSITIVE_NAMES: ReadonlySet<string> = new Set(NAMES.split(' '));
export const CLIMBED_NAMES: ReadonlySet<string> = new Set(WEAK_NAMES.split(' '));
