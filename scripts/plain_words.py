#!/usr/bin/env python3
"""Write src/draft/names/words.txt: English words that name nobody, one a line, sorted.

usage: plain_words.py american-english-small FOLDER -o words.txt

The first is SCOWL's list of the Debian package wamerican-small; FOLDER has transcripts (fixtures/qa-scripts), of which words
that stand without a capital in two files at least are taken too, and the words below.
"""
import argparse, collections, pathlib, re

# Of medicine, of talk and of trade, which SCOWL's small list lacks.
HAND = """
abdominal acupressure acupuncture acupuncturist adderall adhesions adjacent airbag allograft anaesthetic anesthesia anesthesiologist
anesthetic ankylosing annular antacid antibiotics anticonvulsant anticoagulant arachnoid arthritic arthritis asymptomatic
autograft autoimmune axial bedsore bilateral biologics biopsy bisphosphonate bladder bloodwork bodyweight bonescan brachial
bulging bursa bursitis cadaver calcified cannabidiol capsaicin cardiologist cardiology carpal cartilage catheter cauda caudal
cervical chemo chemotherapy chiropractic chiropractor chiropractors coccyx collagen collarbone comorbid compressive contraindicated
contralateral corset cortisone costochondral creatine cyst deadlift deadlifts decompress decompression decompressive deconditioned
deformity degenerative denervation dermatome dexterity diabetic diagnostic discectomy discogram diskectomy dowager duloxetine dural
elliptical endoscopic epidural epidurals equina ergonomic ergonomics extruded extrusion facet facets femoral femur fibromyalgia
flareup flexion fluoroscopy foam foramen foraminal fusions ganglion gait gastric glucosamine glute gluteal glutes graft grafts halo
hamstring hamstrings hardware heartburn hemangioma hematoma herniate herniated herniates herniation herniations hiatal hydrotherapy
hyperextension iliac iliopsoas imaging immobilize immobilizer impingement implant implants incontinence incontinent infrared
infusion inpatient instrumentation interbody interventional intrathecal inversion ischemia ischial isometric kettlebell kettlebells
kyphosis lamina laparoscopic laser laxative ligament ligaments ligamentum lipoma lordosis lumbar lymph lymphoma magnesium malpractice
marijuana mesh metastases metastasis metastatic microdisc microdiscectomies migraine migraines mobility monitor morphine motorized myelin
myeloma myelopathy myofascial narcotic narcotics nerves neural neurogenic neurologic neurological neurologist neurology neuropathic
neuropathy neurosurgeon neurosurgeons neurosurgery nonunion numbness nutritional oncologist oncology operable opiate opiates opioids
orthopedic orthopedics orthopedist orthotic orthotics osteopath osteopenia osteophyte osteophytes osteoporosis osteoporotic outpatient pacemaker
palsy paralysis paralyzed paraspinal paresthesia pathologist pedicle pelvic pelvis percutaneous perioperative peripheral piriformis
pickleball pilates planks platelet plasma pneumonia podiatrist posterior postop posttraumatic posture postural preop preauthorization
progesterone prosthesis prostate prosthetic protruding protrusion psoas psych pulsed pushup pushups radiating radicular radiculopathy
radiofrequency radiologist radiology recurrence referral reflux regenerative rehab rehabilitation remission resection retrolisthesis rhizotomy
robotic robotics sacral sacroiliac sacrum sciatic sciatica scoliosis scoliotic sedation sedentary shingles spasm spasms spinal splint
spondylosis spur spurs spinous stenosis stenotic sternum stim stims subluxation supine surgically syndrome syrinx tailbone tailored
telehealth tendinitis tendon tendonitis tendons tethered thecal therapeutic thoracic thyroid tingle tingling tingly tinnitus titanium
tizanidine torticollis tramadol transforaminal traction transfusion transplant treadmill trochanteric trapezius tumeric tumor tumors turmeric
ultrasound unilateral unstable urologist vagus vascular veins vertebra vertebrae vertebral vertigo vestibular vibration vitamins walker
watchful weightlifting whiplash workup yoga zapping biking vaping vape hysterectomy deadlifting bedrest bedridden toddler toddlers
awkwardly barista burpees commute cubicle daycare dumbbells email emailed emails firefighter firefighters forklift golf golfer
gonna hairdresser hotspot icing iced internet jogging kayak kayaking kinda lemme medicare medicaid meantime mattress mattresses mommy
moms mama momma papa nana nope okay online paddleboard paramedic podcasts preemie prenatal postpartum powerlifting recliners retiree
retirees rideshare selfie shoveling skiing smartwatch snowboard snowboarding sorta squats stairmaster stressor superfit swimmers
tennis trampoline trucker truckers umm uhhuh mmhmm voicemails wanna weeknight weekday weekdays workday workdays workman's workout
workouts zoom copay copays deductible deductibles premed preauthorized debilitating excruciating flareups unbearable nonstop
livable walkable unsurgical noninvasive invasive minimally inoperable crunchy popping snapping clicky achy wobbly spasming pinched
american americans english spanish french german italian chinese japanese korean indian mexican irish european african asian hispanic
saturday monday tuesday wednesday thursday friday january february april june july august september october november december
""".split()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("scowl")
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("-o", "--out", required=True)
    given = arguments.parse_args()
    plain = re.compile(r"[a-z]{4,}")
    words = {word for word in open(given.scowl, encoding="utf-8").read().split() if plain.fullmatch(word)}
    files = collections.Counter()
    for path in sorted(given.folder.glob("*.txt")):
        lines = [line.partition(" - ")[2] for line in open(path, encoding="utf-8") if not line.startswith("#")]
        files.update(set(re.findall(r"(?<![\w@.])[a-z]{4,}(?![\w@]|\.\w)", " ".join(lines))))
    heard = {word for word, count in files.items() if count > 1}
    with open(given.out, "w", encoding="ascii") as out:
        out.writelines(f"{word}\n" for word in sorted(words | heard | {word for word in HAND if plain.fullmatch(word)}))
    print(f"{len(words)} words, {len(heard - words)} more that are heard: {sorted(heard - words)}")


main()
