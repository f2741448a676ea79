"""The tree against published vectors and against the recursive definitions of RFC 6962."""

from hashlib import sha256

import pytest

from jointlab.errors import BadInput
from jointlab.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    consistency_spans,
    inclusion_proof,
    inclusion_spans,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# Inputs and roots of the Certificate Transparency reference implementation.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
MANY = [leaf_hash(bytes([number])) for number in range(130)]


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 defines it."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


def test_the_published_roots() -> None:
    frontier = Frontier()
    assert frontier.root().hex() == ROOTS[0] == EMPTY_ROOT.hex()
    for size, leaf in enumerate(LEAVES, 1):
        frontier.push(leaf)
        assert frontier.size == size
        assert frontier.root().hex() == ROOTS[size]


def test_published_proofs() -> None:
    inner = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"  # of leaves 2 and 3
    fifth = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    late, last = (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",  # of leaves 4 and 5
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",  # of leaves 6 and 7
    )
    assert [part.hex() for part in consistency_proof(LEAVES[:5], old=2)] == [inner, fifth]
    assert [part.hex() for part in consistency_proof(LEAVES, old=6)] == [late, last, ROOTS[4]]
    assert [part.hex() for part in inclusion_proof(LEAVES[:3], index=2)] == [ROOTS[2]]
    assert [part.hex() for part in inclusion_proof(LEAVES, index=0)] == [LEAVES[1].hex(), inner, (
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    )]  # fmt: skip


def test_the_published_hashes_and_inclusion_proofs_of_every_subtree() -> None:
    """Appendix "Subtree Test Vectors" of draft-ietf-plants-merkle-tree-certs: all of them, folded into two hashes."""
    roots, proofs = sha256(), sha256()
    for end in range(131):
        for start in range(end + 1):
            if start != end and start % (1 << (end - start - 1).bit_length()):
                continue
            leaves = MANY[start:end]
            roots.update(f"[{start}, {end}) {tree_root(leaves).hex()}\n".encode())
            for index in range(len(leaves)):
                proof = "".join(f" {part.hex()}" for part in inclusion_proof(leaves, index=index))
                proofs.update(f"{start + index} [{start}, {end}){proof}\n".encode())
    assert roots.hexdigest() == "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81"
    assert proofs.hexdigest() == "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f"


@pytest.mark.parametrize("size", range(1, 40))
def test_every_proof_of_small_trees_verifies_and_no_other(size: int) -> None:
    leaves = MANY[:size]
    root = defined_root(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index=index)
        verify_inclusion(leaf, proof, index=index, size=size, root=root)
        refused_inclusion(MANY[-1], proof, index, size, root)
        refused_inclusion(leaf, proof, index, size, MANY[-1])
        refused_inclusion(leaf, (*proof, root), index, size, root)
        if proof:
            refused_inclusion(leaf, proof[:-1], index, size, root)
            refused_inclusion(leaf, proof, (index + 1) % size, size, root)
            refused_inclusion(leaf, (MANY[-1], *proof[1:]), index, size, root)


def refused_inclusion(leaf: bytes, proof: tuple[bytes, ...], index: int, size: int, root: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        verify_inclusion(leaf, proof, index=index, size=size, root=root)
    assert caught.value.code == "tree.inclusion"


@pytest.mark.parametrize("new", range(1, 40))
def test_every_step_of_growth_verifies_and_no_other(new: int) -> None:
    new_root = defined_root(MANY[:new])
    for old in range(1, new + 1):
        proof, old_root = consistency_proof(MANY[:new], old=old), defined_root(MANY[:old])
        verify_consistency(proof, old=old, new=new, old_root=old_root, new_root=new_root)
        refused_consistency(proof, old, new, MANY[-1], new_root)
        refused_consistency(proof, old, new, old_root, MANY[-1])
        refused_consistency((*proof, old_root), old, new, old_root, new_root)
        if proof:
            refused_consistency(proof[1:], old, new, old_root, new_root)
            for place in range(len(proof)):
                changed = (*proof[:place], MANY[-1], *proof[place + 1 :])
                refused_consistency(changed, old, new, old_root, new_root)


def refused_consistency(proof: tuple[bytes, ...], old: int, new: int, old_root: bytes, new_root: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        verify_consistency(proof, old=old, new=new, old_root=old_root, new_root=new_root)
    assert caught.value.code == "tree.consistency"


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_entry_outside_the_log(index: int, size: int) -> None:
    with pytest.raises(BadInput, match="has no entry"):
        inclusion_spans(index=index, size=size)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 3), (4, 3), (-1, 3)])
def test_a_log_does_not_shrink_and_nothing_proves_nothing(old: int, new: int) -> None:
    with pytest.raises(BadInput) as caught:
        consistency_spans(old=old, new=new)
    assert caught.value.code == "tree.sizes"


def test_a_frontier_is_few_bytes_and_comes_back() -> None:
    frontier = Frontier(MANY)
    data = frontier.to_bytes()
    assert len(data) == 8 + 32 * 2  # 130 is 128 and 2
    again = Frontier.from_bytes(data)
    assert (again.size, again.root()) == (130, frontier.root())
    again.push(MANY[0])
    assert again.root() == defined_root([*MANY, MANY[0]])
    assert frontier.size == 130


def test_a_copy_grows_on_its_own() -> None:
    frontier = Frontier(LEAVES[:3])
    other = frontier.copy()
    other.push(LEAVES[3])
    assert (frontier.root().hex(), other.root().hex()) == (ROOTS[3], ROOTS[4])


@pytest.mark.parametrize(
    "data",
    [b"", bytes(7), bytes(9), (1).to_bytes(8, "big"), (3).to_bytes(8, "big") + bytes(32), b"\xff" * 8 + bytes(2048)],
)
def test_bytes_that_are_no_frontier_are_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        Frontier.from_bytes(data)
    assert caught.value.code == "tree.frontier"
