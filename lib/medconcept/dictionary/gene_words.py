"""Symbols and aliases of genes that are English words as well: rest, met, large, cat.

Words of three to ten letters of the list american-english (SCOWL, Copyright 2000-2011 by Kevin Atkinson, free
to use, copy and modify) that HGNC, MGI, RGD or FamPlex have as a symbol or alias, as of July 2024.
"""

from __future__ import annotations

_WORDS = """
    ace ache acre act acth acts ada adam adar adas adhesion adipose ado ads advil afar afro aft age ago
    aid aida aim air ais alas alb alba albs alcohol aldo alex alien alkali all alt amd amid amigo amp
    amps amt amy ana and angie ankh apache ape apex api apo apollo app apple apr april apt ara arc arch
    aria ariel ark arm armadillo arms arno arsenic art artemis arts asap ask asl asp aspirin asps ass
    atm atp ats atv aura avdp aws bach bad baffled bagpipe bah bambi bank bar bark bars bart base bash
    bat bazooka bbs beacon bean beethoven ben best bet beta bic bid bike bit bite blame blast blu boat
    bob bog boll bomb boo bop boris botch bra brag bravo bright bruce cad caffeine cage cain cal calcium
    caleb calif call calm cam camel cameo camp camps cams can cap cape caper capon capri caprice caps
    car carat cardinal carl carmen carp carr cars cart cash cask casper cast castor cat catacomb cats
    cbs cell cezanne cfc chad champ chandra chap chasm chat chimp chip chisel chit chop chrome cia
    cinema cis clamp clan clap clasp clint clip clock coaster cob cocaine cocoa cod coil comet cool cop
    cope copper costars cot cox cpa cpo cpr cpu crag cram cramp crap crash crept crest crisp crisps crop
    crt cryptic cst cub curt cut cyrano dakar dali damage dams dan dana dance danger dante dapper dat
    ddt dear death debt deepest deft deirdre delta den dents depp dhs dice dido dieter digit din dine
    ding dino dip diva dora dos dpi dps dpt dragon dram dream dst dub dubs duet dug dullard dunce duo
    ear ears eeyore ego elam elk elks ell ems emt end eng enigma enos enrage era eras erg eric eris eros
    err esau esp espn est eta etd eva eve faa face fact fad fag fame fan fast fat fate fats feat fedora
    fell fer feta fez fiat fib fig find fiona fir fire fish fix fla flail flame flamingo flap flash flat
    flattop flip flo flower fms foe fog fold fop for freddie frey fri fritz fro fruitless fry ftc fur
    fused gad gads gal gala gale gap gaps gas gasp gem gen genesis get gide gif gig gil gilt gin glide
    glob glued glut gmt goa goat golf goliath goofy gospel gov gpa grab grail grasp great greg gremlin
    grid gripe grit grog gulp gus gut had hal hamlet hang hank hare harp harry has hash hat haunt hdd
    heal hedgehog heed helios hells hemp hep her hermes hes hex hhs hid hiker hilda hint hip his hit
    hits hms hob hod hog hole homer hop hops hos hot hrs hst hub hud hug hunchback hunk hus hype
    hyperion ice iceberg ide idol ids ila ilk imp impact ina inca indy ins invasion iota iras iron irs
    itch ivf jab jacob jamb jaws jedi jerky jinx jog jun juno kali karma ken kid killer kin kip kit knot
    kojak lab lactate lad lady lag lam lama lamp lams lap lard large lark lars las laser lassie lat lax
    lead lear led lefty lei len lethe lets lew liar lib lice lifeguard light lime limit lind lip lit lix
    lobe lon lop lord lotus lox lsd lulu lupin lust lyric mac mach mad mafia magi magoo mai maid mail
    mall mama man mani mantis mao maps mar marc marco mare marilyn mark mars mart mascot mask mass mast
    mat matador matt mauve max maya mci med meh mel melanin memo men merlin mermaid met metabolism
    metastasis mfr mgm mia mica mice midas mig min mindy minerva minion mink minor mint mir mira miranda
    mire miss mist mob molt mona mop morpheus mort mos mover mpg mph mri mrs mst mud mule musk mustang
    muted mvp mystique nacho nag nags nail nan nap napa nash nat nbc necrosis neg nerf nest net nets nfl
    nhl nile nip nix nobody nodal nope norad nos not notch nov now npr nuance nude numb nut oaf oasis
    oat oboe oct odd odin oks olfactory ops opt orly oscar oscillator out oval oxygen pac pace pact pad
    paddy paint pal pale palm pals pam panda pander pang pants pap papa papas par parc paris park parrot
    pars particle pasha pat patched pate paul pbx pcb pdf peas peat pegasus pen pent pep peps per peril
    peripheral perk perl permit pesky pet pfc pgp phd phil php pig pigpen pigs pike pilot pin pinch pins
    pint pip pippin pips pis pitchfork pius pkg plane plod pluto pms poem polaris pole polk polka poll
    pols pomp pop posh posher post pox prep pres prey prism prom pros prune pry psst pst pta puma purl
    pym python race raf raga rage rags rain ram rama ramp ran rank rap raps rasp raw ray rds reagent red
    ref rem requiem rest rev rfc rhino rho rick riff rifle rig rim rip rita rob rock rod rom ron rotc
    rsv rsvp rub rubicon ruby sac sacs sade sag sage sail saki salsa salt salvador sam san sancho sand
    sang sans sap saps sara sari sars sat scad scar scarf scat scot scraps scurvy scythe sea seal secret
    secs sect sell sen sep sera set sex sgt shank sharp shaw she ship shot shrivelled sids sim simple
    sin sip sis sit siva ski skin skip sky slack slam slap slat slick slim slinky slip slob slug sly
    smile smit snail snap snare snark snip snoop sod sofa soggy solo son sos soul spam span spar spartan
    spasm spat spatial spice spin splash spock sprightly spring spry spy sro ssa sst stag stamp stank
    star staring stars stat stats std steel stella stellar step sting stop storm strap striated stud
    stumpy sty styx sunk sup swan swap symbol sync synonyms tab taco tactile tag tailless tan tango tank
    tap tape taps tara tarp tars task tat taut tax tbs tea tech ted tel temp terra thank the thea thor
    tic tie tied tim timeless tina tiny tip tlc tnt tog tom ton top tor tore toss tot toto toupee trade
    trail traits tram tramp tran trance transport trap treacle tribal trident trim trimmer trio trip
    troy tsp tub tuba tube tug tuna tweak twinkle twist twister type ufo umps ups val van vars vat vault
    via vial vic viii vim vip visa vista wac warp wars warts was wash wasp wave whip whistle white wig
    win wire wise wish wiz wyatt xor xxx yap yes yeti yorkie yrs zap zeta zip
"""
GENE_WORDS = frozenset(_WORDS.split())
