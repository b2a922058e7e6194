"""Names of genes: classes hit what they mean and nothing like it, species and identifiers are told from the names alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from assayline.cells import gene_facts, genes


def test_gene_classes_hit_what_they_mean_and_nothing_like_it():
    assert gene_facts.members("haemoglobin", ["HBA1", "HBEGF", "HBP1", "Hbb-bs", "hbaa1"])[0] == [True, False, False, True, True]
    names = ["RPL3", "RPS27A", "RPLP0", "RPSA", "RPS6KA1", "RPL", "Rps4x", "RpL3"]
    assert gene_facts.members("ribosomal", names)[0] == [True, True, True, True, False, False, True, True]
    assert gene_facts.members("mitochondrial", ["ENSG00000198888.2", "ENSMUSG00000064341", "MT-ND1"])[0] == [True, True, False]
    assert gene_facts.members("mitochondrial", ["mt-Nd1", "MT-RNR2", "MTOR"]) == ([True, False, False], "symbol")
    assert gene_facts.members("mitochondrial", ["MT.CO1", "MTOR"])[0] == [True, False], "R's mended names"
    assert gene_facts.members("mitochondrial", ["ND1", "ACTB"]) == ([False, False], "not found"), "one bare name says nothing"
    assert sum(gene_facts.members("mitochondrial", [*gene_facts.REFSEQ, "ACTB"])[0]) == 13
    assert gene_facts.members("mitochondrial", ["GRCh38_MT-CO1", "mm10___mt-Co1", "mm10___Actb"])[0] == [True, True, False]
    assert gene_facts.members("haemoglobin", ["ENSRNOG00000047321"]) == ([False], "not found"), "not known is not zero"


@pytest.mark.parametrize("species", gene_facts.SPECIES)
def test_every_species_has_its_thirteen_and_is_told_by_identifier_and_by_symbol(species):
    known = gene_facts.identifiers("mitochondrial", species)
    assert len(known) == len(set(known.values())) == 13
    assert genes.identify(list(known)).species == species
    assert genes.identify(list(known.values())).species == species
    assert genes.identify(list(known)).kind == ("flybase" if species == "fly" else "ensembl")


def test_mixed_references_are_told_by_prefix_by_identifier_and_by_spelling():
    human, mouse = (gene_facts.identifiers("mitochondrial", species) for species in ("human", "mouse"))
    prefixed = [f"GRCh38_{name}" for name in human.values()] + [f"mm10___{name}" for name in mouse.values()]
    for names in (prefixed, [*human, *mouse], [*human.values(), *mouse.values()]):
        found = genes.identify(names)
        assert found.species == "mixed" and found.prefixes == {"human": 13, "mouse": 13}


def test_panels_without_mitochondrial_genes_are_told_by_common_genes():
    panel = ["CD3E", "CD4", "MS4A1", "NKG7", "LYZ", "EPCAM", "FOO1", "BAR2"]
    assert (genes.identify(panel).kind, genes.identify(panel).species) == ("symbol", "human")
    assert genes.identify([name.capitalize() for name in panel]).species == "mouse"
    assert genes.identify(["foo", "bar", "baz"]).kind == "unknown"
    assert genes.identify(["AAACCTGAGAGTGACC-1", "AAACCTGAGAGTGACG-1"]).kind == "barcode"


def test_the_bundled_identifiers_agree_with_gencode(sample):
    lines = (Path(sample).parent / "GENCODEv44_Gene_id2name.csv").read_text().splitlines()
    names = dict(line.split(",")[:2] for line in lines)
    for kind in gene_facts.CLASSES:
        known = gene_facts.identifiers(kind, "human")
        assert {identifier: names[identifier] for identifier in known} == known
    ribosomal = {symbol for symbol in names.values() if gene_facts.RIBOSOMAL.fullmatch(symbol)}
    assert ribosomal == gene_facts.symbols("ribosomal", "human")
