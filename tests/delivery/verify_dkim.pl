# Verify every DKIM signature of one message on standard input with Mail::DKIM (Debian's libmail-dkim-perl).
# Arguments: pairs of a DNS name and its TXT record, which are all the DNS there is. One line for each signature.
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Net::DNS;

my %zone = @ARGV;
no warnings 'redefine';
*Mail::DKIM::DNS::query = sub {
    my ( $name, $type ) = @_;
    return unless exists $zone{$name} && $type eq 'TXT';
    return Net::DNS::RR->new( owner => $name, type => 'TXT', txtdata => [ $zone{$name} =~ /(.{1,255})/gs ] );
};

binmode STDIN;
my $verifier = Mail::DKIM::Verifier->new();
$verifier->load( \*STDIN );
print $_->algorithm, " ", $_->result, "\n" for $verifier->signatures;
print "all ", $verifier->result_detail, "\n";
