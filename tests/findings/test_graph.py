"""The graph as plain values: folding keeps to sixty nodes and loses nothing on the way, layers stand left to right."""

from __future__ import annotations

from findings.graph.layout import HEIGHT, WIDTH, drawn
from findings.graph.shape import CAPS, MOST, Graph, Layer, Node, Part, folded, only_attack, route, without


def fan(policies: int, sharing: int = 0) -> Graph:
    """internet → URL → function → identity → policies → everything, with other functions on the same identity."""
    graph = Graph()
    for key, layer in (("net", Layer.ORIGIN), ("url", Layer.ENTRY), ("me", Layer.FUNCTION), ("role", Layer.IDENTITY)):
        graph.add(Node(key, layer, layer.value, key, here=key == "me"))
    graph.add(Node("all", Layer.RESOURCE, "all", "everything", tone="critical", part=Part.RESOURCES))
    graph.link("net", "url", "may invoke", attack=True)
    graph.link("url", "me", "leads to", attack=True)
    graph.link("me", "role", "runs as", attack=True)
    for number in range(policies):
        key = f"policy-{number:03}"
        graph.add(Node(key, Layer.POLICY, "managed", key, part=Part.POLICIES))
        graph.link("role", key, "holds", attack=number == policies - 1)
    graph.link(key, "all", "admin", attack=True)
    for number in range(sharing):
        other = graph.add(Node(f"other-{number:03}", Layer.FUNCTION, "function", f"other-{number}", part=Part.SHARING))
        graph.link(other.key, "role", "runs as")
    return graph


def test_the_caps_leave_room_for_no_more_than_sixty_nodes() -> None:
    assert sum(CAPS.values()) <= MOST


def test_a_wide_layer_folds_into_a_node_that_counts_the_rest() -> None:
    shown = folded(fan(40, sharing=37))
    assert len(shown.nodes) <= MOST
    assert shown.nodes["group:policy"].name == "+29 policies"
    functions = shown.of(Layer.FUNCTION)
    assert sum(node.count or 1 for node in functions) == 38
    assert ("group:function", "role") in shown.edges


def test_functions_that_were_only_counted_are_counted_in_the_fold() -> None:
    graph = fan(1, sharing=3)
    graph.more[Layer.FUNCTION] = 500
    shown = folded(graph)
    assert sum(node.count or 1 for node in shown.of(Layer.FUNCTION)) == 504


def test_what_lies_on_an_attack_path_or_in_the_middle_is_folded_last() -> None:
    shown = folded(fan(40, sharing=37))
    assert "policy-039" in shown.nodes
    assert "me" in shown.nodes


def test_an_unfolded_layer_takes_the_room_that_the_others_leave() -> None:
    shown = folded(fan(40, sharing=2), opened=["policy"])
    assert "group:policy" not in shown.nodes
    assert len(shown.nodes) <= MOST
    assert len(folded(fan(400), opened=["policy"]).nodes) <= MOST


def test_a_hidden_policy_leaves_what_it_gave_joined_to_the_identity() -> None:
    shown = without(fan(2), {"policies"})
    assert shown.of(Layer.POLICY) == []
    assert shown.edges["role", "all"].attack


def test_callers_whose_every_door_is_hidden_are_hidden_too() -> None:
    graph = fan(1)
    graph.nodes["url"] = Node("url", Layer.ENTRY, "url", "url", part=Part.CALLERS)
    shown = without(graph, {"callers"})
    assert shown.of(Layer.ORIGIN) == []
    assert ("net", "me") not in shown.edges


def test_the_path_is_told_from_the_stranger_to_the_harm() -> None:
    assert [node.key for node in route(fan(3))] == ["net", "url", "me", "role", "policy-002", "all"]
    assert set(only_attack(fan(3)).nodes) == {"net", "url", "me", "role", "policy-002", "all"}
    assert route(Graph()) == []


def test_two_things_said_of_one_connection_are_one_edge_and_open_beats_closed() -> None:
    graph = fan(1)
    graph.link("net", "url", "may change it", latent=True)
    edge = graph.edges["net", "url"]
    assert (edge.says, edge.attack, edge.latent) == ("may invoke; may change it", True, False)


def test_layers_stand_from_left_to_right_and_no_two_boxes_overlap() -> None:
    graph = folded(fan(40, sharing=37))
    graph.link("me", "all", "sends traffic to")
    drawing = drawn(graph)
    heads = dict(drawing.heads)
    assert list(heads.values()) == sorted(heads.values())
    boxes = {one.node.key: one for one in drawing.nodes}
    assert set(boxes) == set(graph.nodes)
    for one in drawing.nodes:
        assert one.x == heads[one.node.layer]
        assert 0 <= one.y <= drawing.height - HEIGHT
        assert one.x + WIDTH <= drawing.width
        for other in drawing.nodes:
            if other is not one and other.x == one.x:
                assert abs(other.y - one.y) >= HEIGHT


def test_an_empty_graph_can_be_drawn() -> None:
    assert drawn(Graph()).nodes == []
