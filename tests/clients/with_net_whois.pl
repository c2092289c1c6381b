# Net::Whois::Raw and Net::Whois::Parser (Debian), the WHOIS client and parser that Perl programs use. The client finds the
# server by the zone, and asks it here on loopback; the parser makes pairs of lines with a key and a value.

use strict;
use warnings;
use utf8;
use FindBin;
use JSON::PP;
use Net::Whois::Parser;
use Net::Whois::Raw;
use Time::Piece;

binmode STDOUT, ':encoding(UTF-8)';

my $port;

# The hook by which the client is told where a server really is.
sub Net::Whois::Raw::whois_query_sockparams { return (PeerAddr => "127.0.0.1:$port", Timeout => 20) }
$Net::Whois::Raw::TIMEOUT = 20;
$Net::Whois::Raw::CHECK_EXCEED = 1;

sub ask {
    my ($case) = @_;
    $port = $ENV{ $case->{limited} ? 'WHOIS_PORT_LIMITED' : 'WHOIS_PORT' };
    my ($text, $server) = Net::Whois::Raw::whois($case->{question}, undef, 'QRY_FIRST');
    my $found = parse_whois(raw => $text, domain => $case->{question});
    my @values = map { ref $_ ? @$_ : ($_ // ()) } @$found{qw(status domain_status)};
    my $limited = $text =~ /quota exceeded/i;
    return {
        state => $limited ? 'limited' : !@values ? 'error' : $values[0] eq 'AVAILABLE' ? 'free' : 'registered',
        status => [ map { (split ' ', $_)[0] eq $values[0] ? $_ : $_ =~ s/ http.*//r } @values ],
        servers => [ map { $_->{domain} } @{ $found->{nameservers} // [] } ],
        registrar => $found->{registrar} // '',
        holder => $found->{registrant_organization} // '',
        created => day($found->{registered} // $found->{creation_date}),
        expires => day($found->{registry_expiry_date}),
        everything => $text . encode_json($found),
    };
}

# `Wed Oct 1 2014` and `2014-10-01T00:00:00Z` as a day.
sub day {
    my ($told) = @_;
    return '' unless defined $told;
    return $1 if $told =~ /^(\d{4}-\d\d-\d\d)T/;
    return Time::Piece->strptime($told, '%a %b %d %Y')->ymd;
}

sub plain {
    my ($value) = @_;
    return $value // '' unless ref $value;
    my %once = map { $_ => 1 } @$value;
    return join ' ', sort keys %once;
}

# In the layout of .be a heading stands above its values, and the parser knows values behind a key alone.
my @nothing = qw(servers registrar holder);
my $client = "Net::Whois::Parser $Net::Whois::Parser::VERSION";
my $failed = 0;

open my $file, '<:raw', "$FindBin::Bin/cases.json" or die "cases.json: $!";
my $cases = decode_json(do { local $/; <$file> });
for my $case (@$cases) {
    my $got = eval { ask($case) } // { state => 'error', words => $@ };
    my %right = (%$case, %{ $case->{whois} });
    @right{@nothing} = ('') x @nothing if $case->{question} =~ /\.be$/;
    my @wrong;
    push @wrong, "$got->{state} instead of $right{state}" if $got->{state} ne $right{state};
    for my $what (qw(holder registrar created expires servers status)) {
        next unless defined $right{$what} && $got->{state} eq 'registered';
        my ($found, $expected) = (plain($got->{$what}), plain($right{$what}));
        push @wrong, "$what '$found' instead of '$expected'" if $found ne $expected;
    }
    push @wrong, "the withheld value '$1'" if ($got->{everything} // '') =~ /(knr[a-z0-9]{6}|4990[0-9]{5})/i;
    my $told = join ', ', grep { $_ ne '' } map { plain($got->{$_}) } qw(state holder registrar created expires servers status words);
    $told =~ s/\s+/ /g;
    $failed ||= @wrong > 0;
    print @wrong ? "not ok $client $case->{name}: " . join('; ', @wrong) . " -- $told\n" : "ok $client $case->{name}: $told\n";
}
exit($failed ? 1 : 0);
