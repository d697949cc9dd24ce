"""Links: typed relations that carry no value."""

from __future__ import annotations

import pytest


def test_a_link_carries_nothing(world, net):
    net.contact("f", 1)
    changes = world.changes(net)
    link = net.link("f", "g", "calls", line=12)
    net["f"] = 2
    assert (link.ends, link.relation, link.attributes) == (("f", "g"), "calls", {"line": 12})
    assert net["g"] is world.Nothing
    assert [change[1] for change in changes] == ["f"]


def test_a_contact_may_be_linked_to_itself(world, net):
    net.contact("f", 1)
    link = net.link("f", "f", "calls")
    assert link.ends == ("f", "f")
    net["f"] = 2
    assert net["f"] == 2
    net.remove("f")
    assert len(net.links) == 0


def test_declaring_a_link_is_a_tick_and_again_is_none(world, net):
    net.contact("f")
    net.contact("g")
    before = net.tick
    first = net.link("f", "g", "calls")
    assert net.tick == before + 1
    assert net.link("f", net.contacts["g"], "calls") == first
    assert (net.tick, len(net.links)) == (before + 1, 1)


def test_links_of_another_relation_or_direction_are_others(world, net):
    net.link("f", "g", "calls")
    net.link("f", "g", "imports")
    net.link("g", "f", "calls")
    net.link("f", "f", "calls")
    assert sorted((*link.ends, link.relation) for link in net.links.values()) == [
        ("f", "f", "calls"),
        ("f", "g", "calls"),
        ("f", "g", "imports"),
        ("g", "f", "calls"),
    ]


def test_a_link_with_other_attributes_conflicts_and_without_any_is_the_one_that_exists(world, net):
    net.link("f", "g", "calls", line=12)
    assert net.link("f", "g", "calls").attributes == {"line": 12}
    with pytest.raises(world.errors.ConflictError):
        net.link("f", "g", "calls", line=13)
    with pytest.raises(world.errors.DeclarationError):
        net.link("f", "g", "")


def test_a_link_goes_with_either_of_its_contacts_and_with_their_group(world, net):
    links = [net.link("f", "a/g", "calls"), net.link("a/g", "h", "calls"), net.link("f", "h", "calls")]
    net.remove("a")
    assert [link.relation for link in net.links.values()] == ["calls"]
    for gone in links[:2]:
        with pytest.raises(world.errors.StaleHandleError):
            gone.ends  # noqa: B018
    net.remove("h")
    assert len(net.links) == 0
    net.link("f", "h", "calls")
    assert len(net.links) == 1


def test_a_link_is_removed_by_its_handle(world, net):
    link = net.link("f", "g", "calls")
    net.remove(link)
    assert len(net.links) == 0
    with pytest.raises(world.errors.StaleHandleError):
        net.remove(link)
    assert sorted(net.contacts) == ["f", "g"]


def test_links_are_taken_back_with_their_batch(world, net):
    kept = net.link("f", "g", "calls")
    with pytest.raises(LookupError), net.batch():
        net.link("f", "h", "calls")
        net.remove(kept)
        net.link("f", "g", "imports")
        net.remove("f")
        raise LookupError
    assert [(link.ends, link.relation) for link in net.links.values()] == [(("f", "g"), "calls")]
    net.remove("g")
    assert len(net.links) == 0


def test_links_in_a_group_are_relative_to_it_and_pass_walls(world, net):
    group = net.group("pkg", sealed=True)
    assert group.link("f", "/main", "calls").ends == ("pkg/f", "main")
