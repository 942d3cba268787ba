"""Lines that are nothing but a byline or a date."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields.bylines import MAX_LINE, is_byline, is_date


@given(st.text(max_size=MAX_LINE))
def test_no_line_is_both(line: str) -> None:
    assert not (is_byline(line) and is_date(line))


@pytest.mark.parametrize(
    "line",
    [
        "By Ada Quill",
        "BY ADA QUILL",
        "*By Ada Quill, 1 May 2026*",
        "By Ada Quill, Harbour Editor",
        "By Ada Quill and Ben Reed",
        "By Reuters",
        "Von Ada Quill und Ben Reed, 3. Mai 2026",
        "Von Ada Quill | 03.05.2026, 14:05 Uhr",
        "Por Ada Díaz, 3 de mayo de 2026",
        "Par Ada Quill, publié le 3 mai 2026",
        "Av Kari Quill, 3. mai 2026",
        "Texto: Ada Díaz",
        "记者 张晓明",
        "记者张晓明 通讯员李华",
        "记者 程雨桐 通讯员 邹立",
        "记者张晓明、李华报道",
        "记者 夏目明日香",
        "新华社记者 王五 摄",
        "本报记者 王五",
        "记者李杰  2024年10月20日 16:40",
        "記者林采蓉／專題報導",
        "作者：韩小溪",
        "作者：韩小溪 编辑：罗一川",
        "编辑：罗一川",
        "责任编辑：罗一川",
        "文：川田花子",
        "記者・三輪拓海",
        "社会部・岸本あや",
        "教育班・岸本 あや",
        "사회부 임지호",
        "사회부 임지호 기자",
        "오세림 기자",
        "정다운 기자 jdw@pier.example",
        "โดย สมศรี วงศ์ทอง",
        "เรื่องและภาพ: ปวีณา สายน้ำ",
        "เรื่อง: ปวีณา สายน้ำ",
        "Kirjutas Ada Quill",
        "Napsala Ada Quill",
        "Autorka: Ada Quill",
        "Von unserem Redakteur Bernd Quill",
        "De notre correspondante Ada Quill",
        "Thực hiện: Quang Huy",
        "Bài và ảnh: Thu Hạnh",
        "Laporan Dewi Sartika",
        "Laporan: Dewi Sartika",
        "Penulis: Dewi Sartika",
        "Eftir Hrafnhildi Ósk",
        "Írta: Tengeri Ada",
        "Propos recueillis par Ada Quill",
        "إعداد: سلمى البحري",
        "Láti ọwọ́ Adéwálé Bámidélé",
        "La\u0301ti o\u0323wo\u0323\u0301 Adéwálé Bámidélé",
        "گزارش از مریم رودباری",
        "نویسنده: مریم رودباری",
        "מאת נועה ים",
        "Teksti: Aino Ranta",
        "Teksti ja kuvat: Aino Ranta",
    ],
)
def test_line_is_a_byline(line: str) -> None:
    assert is_byline(line)
    assert not is_date(line)


@pytest.mark.parametrize("line", ["3 May 2026", "Published 12 March 2026, 14:05 GMT", "Montag, 3. Mai 2026"])
def test_line_is_a_date(line: str) -> None:
    assert is_date(line)
    assert not is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "By Friday morning the water was gone",
        "By the time the ferry left, Ada Quill had gone",
        "By Ada Quill.",
        "By Ada Quill, 3 May 2026, the day the ferry sank",
        "Di María trifft doppelt",
        "记者昨日从市民政局获悉，今年社区工作者公开招聘的笔试成绩已经揭晓。",
        "记者昨日从市民政局获悉",
        "记者走访多家菜市场发现，今年的白菜比去年便宜一半。",
        "记者节这天，报社来了三位客人。",
        "记者张晓明昨日从市民政局获悉，今年的白菜便宜",
        "记者张晓明昨日获悉",
        "记者 昨日从市交通局获悉 新的环湖公交线路将于下月开通",
        "记者调查",
        "記者今天在漁港看到，三十多艘船提早回港避風。",
        "本报记者昨日走访了三家菜市场",
        "新华社记者在现场看到",
        "文：大家の一言から始まった。",
        "文：大家の一言から始まった",
        "編集部・販売部からのお知らせです",
        "编辑：今天的天气很好，大家都出门了",
        "사회부 기자들이 어제 항구를 찾았다",
        "오세림 기자가 항구를 찾았다",
        "โดยเฉพาะช่วงเช้า",
        "โดย ตำรวจจับกุมผู้ต้องหาได้ที่ท่าเรือเมื่อคืนวันศุกร์หลังจากหลบหนีนานสามวัน",
        "Laporan keuangan terbit hari ini",
        "Eftir langan vetur kom vorið",
        "Napsala dlouhý dopis o moři",
        "เรื่อง: ขอเชิญประชุม",
        "Von unserem Redakteur kam keine Antwort",
        "Von unseren Lesern",
        "De Volkskrant Magazine",
        "Του Αγίου Νικολάου",
        "حوار مع سلمى البحري",
        "Láti ọwọ́ àwọn ará ìlú ni iṣẹ́ náà ti bẹ̀rẹ̀",
        "گزارش از شهر رسید.",
        "By Friday",
        "The ferry sank on 3 May 2026",
        "Ferry 2026",
    ],
)
def test_line_with_more_in_it_is_neither(line: str) -> None:
    assert not is_byline(line)
    assert not is_date(line)
